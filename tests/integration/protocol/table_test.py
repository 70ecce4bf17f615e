"""Every test that README.md names exists in the file that it names, every point has tests, and no test of this folder is forgotten."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
POINTS = 17


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def named(table):
    """(test, file) of each test in the cells; a file in parentheses holds for the names before it."""
    for cell in re.findall(r"^\|[^|]*\|(.*)\|$", table, re.M):
        waiting = []
        for name, path in re.findall(r"`([\w.]+)`|\(([\w./-]+\.(?:cc|py))\)", cell):
            if name and not name.startswith("buf"):
                waiting.append(name)
            for test in waiting if path else []:
                yield test, path
            if path:
                waiting = []
        for test in waiting:
            yield test, ""


def tests_in(path):
    return {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", read(path), re.M)}


def problems(text):
    sections = re.split(r"^## (\d+) .*$", text, flags=re.M)[1:]
    points = dict(zip(map(int, sections[::2]), sections[1::2]))
    for point in range(1, POINTS + 1):
        if not list(named(points.get(point, ""))):
            yield f"point {point} names no test"
    told = set()
    for test, path in named(text):
        told.add(test)
        full = os.path.normpath(os.path.join(HERE, path))
        if not path or not os.path.exists(full):
            yield f"{test}: there is no file '{path}'"
        elif "." not in test:
            if test.removeprefix("integration_") + ".py" != os.path.basename(path):
                yield f"{test} is not what ctest calls {path}"
        elif test not in tests_in(full):
            yield f"{path} has no test {test}"
    for file in sorted(os.listdir(HERE)):
        if file.endswith("_test.cc"):
            for test in sorted(tests_in(os.path.join(HERE, file)) - told):
                yield f"{test} of {file} stands in no table"


def main():
    text = read(os.path.join(HERE, "README.md"))
    found = list(problems(text))
    print("\n".join(found))
    # It must be able to find something.
    for change in (("Pace.TransitionIsSentAtOnce", "Pace.TransitionIsSentSoon"), ("(pace_test.cc)", "(peace_test.cc)"),
                   ("## 12 ", "## 112 ")):
        if len(list(problems(text.replace(*change)))) <= len(found):
            print(f"the check does not notice {change}")
            return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
