#!/usr/bin/env python3
"""Holds the names of the private session library, as agent/session/darwin has them, against the SDK's own list of exports.

usage: names.py LIBSYSTEM.TBD"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADAPTER = ROOT / "agent/session/darwin"


def main():
    exported = set(re.findall(r"\b_([A-Za-z_][A-Za-z0-9_]*)", pathlib.Path(sys.argv[1]).read_text()))
    called = set(re.findall(r"\bX\(((?:_xpc_type|ne|xpc|dispatch|notify)_\w+)", (ADAPTER / "abi.h").read_text()))
    # _xpc_type_x is __xpc_type_x in the list, whose names have one underscore more.
    bad = [f"{name} is called and not exported" for name in sorted(called) if name not in exported]
    known = re.findall(r'\{"(\w+)",\s*"[^"]*",\s*(?:k\w+|"(?:[^"\\]|\\.)*"),\s*(true|false),\s*(true|false)\}',
                       (ADAPTER / "known_symbols.cc").read_text())
    for name, _, in_sdk in known:
        if (name in exported) != (in_sdk == "true"):
            bad.append(f"{name} is {'exported' if name in exported else 'not exported'}; known_symbols.cc says otherwise")
    listed = {name for name, _, _ in known}
    bad += [f"{name} is exported and not in known_symbols.cc" for name in sorted(exported)
            if name.startswith("ne_session_") and name not in listed]
    print(f"names: {len(called)} called, {len(listed)} known, {len(bad)} wrong")
    print("".join(f"  {line}\n" for line in bad), end="")
    return 1 if bad or len(called) < 30 or len(listed) < 90 else 0


sys.exit(main())
