#!/usr/bin/env python3
"""An agent that was written from docs/api.md alone, against the real server: what works, and each refusal by its reason.

Needs the packages of ../python_environment.py; where they cannot be had it is skipped (exit code 77). Arguments are
unittest's: names of cases, -v.
"""
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import python_environment


def main():
    python_environment.enter(__file__)
    with tempfile.TemporaryDirectory() as stubs:
        python_environment.make_stubs(stubs)
        # They import the stubs, which exist only now.
        import exchange_cases
        import identity_cases
        import key_cases
        import message_cases
        suite = unittest.TestSuite()
        for module in (exchange_cases, identity_cases, key_cases, message_cases):
            suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
        result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
