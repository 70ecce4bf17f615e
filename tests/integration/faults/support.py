"""What the fault tests share: a seed, a folder, deadlines in the place of sleeps, and how a test ends."""
import argparse
import contextlib
import os
import random
import shutil
import sys
import tempfile
import time
import traceback

SOURCE = os.environ.get("HOLDFAST_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
BIN = os.environ.get("HOLDFAST_BIN") or os.path.join(SOURCE, "build/bin")
HERE = os.path.join(SOURCE, "tests/integration/faults")
POLICY = os.path.join(HERE, "policy.yaml")
SCENARIO = os.path.join(HERE, "mac.yaml")
sys.path.insert(0, os.path.join(SOURCE, "scripts"))
SKIPPED = 77  # ctest's SKIP_RETURN_CODE


class Failure(Exception):
    """The program under test did something wrong."""


class Skip(Exception):
    """This machine cannot run the test."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def say(text):
    print(f"[{time.monotonic() - say.began:6.1f} s] {text}", flush=True)


say.began = time.monotonic()


def wait_until(what, condition, seconds=30, every=0.02):
    """Polls until `condition` gives something true, and returns that. Failure after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s for this in vain: {what}")
        time.sleep(every)


@contextlib.contextmanager
def folder():
    # Short, because a Unix socket's path has at most 107 bytes.
    path = tempfile.mkdtemp(prefix="hf-", dir="/tmp")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def arguments(description, add=lambda parser: None):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("HOLDFAST_SEED", "0")),
                        help="of every choice the test makes (default: a new one)")
    add(parser)
    options = parser.parse_args()
    options.seed = options.seed or random.SystemRandom().randrange(1, 2**31)
    return options


def finish(name, seed, run):
    """Runs a test and ends the process; the last line says how it went."""
    print(f"{name}: seed {seed} (again: --seed {seed})", flush=True)
    try:
        summary = run()
    except Skip as reason:
        print(f"{name}: SKIPPED: {reason}", flush=True)
        sys.exit(SKIPPED)
    except Failure as failure:
        print(f"{name}: FAILED: {failure} (seed {seed})", flush=True)
        sys.exit(1)
    except Exception:  # the test itself is broken, or the machine is
        traceback.print_exc()
        print(f"{name}: FAILED by an error of its own (seed {seed})", flush=True)
        sys.exit(1)
    print(f"{name}: PASSED: {summary}", flush=True)
    sys.exit(0)
