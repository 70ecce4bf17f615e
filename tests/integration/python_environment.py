"""The virtual environment of the Python tests that speak gRPC, made once per build folder, and the stubs they use.

Where it cannot be made (no package registry, no venv), a test says so and is skipped (exit code 77).
"""
import fcntl
import os
import pathlib
import subprocess
import sys

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
SOURCE = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ["grpcio==1.66.2", "grpcio-reflection==1.66.2", "grpcio-tools==1.66.2", "protobuf==5.29.6",
            "cryptography==50.0.2", "pyOpenSSL==26.4.0"]


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def _install(folder):
    made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True)
    if made.returncode != 0:
        skip(f"python3 -m venv failed: {(made.stdout + made.stderr).strip()}")
    try:
        pip = subprocess.run(
            [folder / "bin" / "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--only-binary=:all:", "--retries", "1", "--timeout", "15", *PACKAGES],
            capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        skip("pip did not reach a package registry in time")
    if pip.returncode != 0:
        skip(f"pip could not install {' '.join(PACKAGES)}: {pip.stderr.strip()[-400:]}")


def enter(script):
    """Returns inside the environment: `script` (the caller's __file__) is started again there with the same arguments."""
    folder = pathlib.Path(os.environ.get("HOLDFAST_BUILD") or SOURCE / "build/dev") / "python"
    if pathlib.Path(sys.prefix) == folder.resolve():
        return
    marker = folder / "installed"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not marker.exists() or marker.read_text() != " ".join(PACKAGES):
            _install(folder)
            marker.write_text(" ".join(PACKAGES))
    python = str(folder / "bin" / "python3")
    os.execv(python, [python, script, *sys.argv[1:]])


def make_stubs(folder):
    """Compiles the .proto files into `folder` as docs/api.md says, and puts it on the path."""
    proto = SOURCE / "proto"
    files = [*sorted((proto / "holdfast/v1").glob("*.proto")), *sorted((proto / "google/rpc").glob("*.proto"))]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", "-I", proto, f"--python_out={folder}",
                    f"--grpc_python_out={folder}", *files], check=True)
    sys.path.insert(0, str(folder))
