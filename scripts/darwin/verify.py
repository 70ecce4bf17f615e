#!/usr/bin/env python3
"""Says what universal programs are and whether that is what they should be: all that can be known without a Mac.

usage: verify.py --minimum VERSION --stubs FOLDER... --entitlements FILE [--without TEXT...] PROGRAM..."""
import argparse
import pathlib
import re
import sys

import macho
import signature

# What a device's programs may load. A name more is a decision.
LIBRARIES = {
    "/usr/lib/libSystem.B.dylib": "libSystem.tbd",
    "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation": "CoreFoundation.tbd",
    "/System/Library/Frameworks/IOKit.framework/Versions/A/IOKit": "IOKit.tbd",
}
WRITE, EXECUTE = 2, 4


def exported(stubs):
    """Every name in each stub, for each library it stands for."""
    names = {}
    for library, stub in LIBRARIES.items():
        files = [path for folder in stubs for path in pathlib.Path(folder).rglob(stub)]
        names[library] = set(re.findall(r"[\w$.]+", "\n".join(path.read_text() for path in files)))
    return names


def check_undefined(slice_, names):
    problems = []
    for symbol in (s for s in slice_.symbols if s.undefined):
        if symbol.library in macho.SPECIAL_ORDINALS:
            problems.append(f"{symbol.name} is looked for in {macho.SPECIAL_ORDINALS[symbol.library]}")
        elif symbol.library > len(slice_.dylibs):
            problems.append(f"{symbol.name} comes from library {symbol.library}, of {len(slice_.dylibs)}")
        elif symbol.name not in names.get(slice_.dylibs[symbol.library - 1], ()):
            problems.append(f"{symbol.name} is not in {slice_.dylibs[symbol.library - 1]}")
    return problems


def check_slice(slice_, options, names):
    problems = []
    if slice_.file_type != macho.EXECUTE or not slice_.flags & macho.PIE or slice_.flags & macho.ALLOW_STACK_EXECUTION:
        problems.append("not a position-independent program without an executable stack")
    if slice_.platform != 1 or slice_.minimum != options.minimum:
        problems.append(f"for platform {slice_.platform}, {slice_.minimum} and later, instead of macOS {options.minimum}")
    problems += [f"loads {library}" for library in slice_.dylibs if library not in LIBRARIES]
    problems += [f"looks for libraries in {path}" for path in slice_.rpaths]
    problems += [f"segment {s.name} is writable and executable" for s in slice_.segments if s.protection & WRITE and s.protection & EXECUTE]
    if not slice_.fixups:
        problems.append("no chained fixups")
    problems += check_undefined(slice_, names)
    if bad := slice_.bad_indirect():
        problems.append(f"{len(bad)} entries of the indirect symbol table name no symbol")
    problems += [f"contains \"{text}\"" for text in options.without if text.encode() in slice_.data]
    return problems


def verify(path, options, names):
    """Prints what the program is; its problems."""
    data = pathlib.Path(path).read_bytes()
    print(f"{pathlib.Path(path).name}: {len(data)} bytes")
    try:
        slices = macho.read(data)
    except (macho.Malformed, UnicodeDecodeError) as error:
        return [str(error)]
    problems = []
    if sorted(slice_.arch for slice_ in slices) != sorted(options.architectures):
        problems.append(f"architectures: {' '.join(slice_.arch for slice_ in slices) or 'none'}")
    for slice_ in slices:
        signed, words = signature.check(slice_, options.entitlements)
        found = check_slice(slice_, options, names) + signed
        undefined = sum(1 for s in slice_.symbols if s.undefined)
        print(f"  {slice_.arch}: {len(slice_.data)} bytes, macOS {slice_.minimum} and later, built for SDK {slice_.sdk}; loads "
              f"{', '.join(pathlib.Path(library).name for library in slice_.dylibs)}; {undefined} symbols of theirs, "
              f"{len(slice_.indirect)} indirect entries")
        if words:
            print(f"    signed: {words}")
        problems += [f"{slice_.arch}: {problem}" for problem in found]
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minimum", required=True)
    parser.add_argument("--stubs", nargs="+", required=True)
    parser.add_argument("--entitlements", required=True)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--architectures", nargs="+", default=["arm64", "x86_64"])
    parser.add_argument("--programs", nargs="+", required=True)
    options = parser.parse_args()
    names = exported(options.stubs)
    bad = 0
    for path in options.programs:
        for problem in verify(path, options, names):
            print(f"  WRONG: {problem}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
