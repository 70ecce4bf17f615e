#!/usr/bin/env python3
"""Writes a macOS installer package from a folder that looks like the Mac's root. Equal inputs give equal bytes.

usage: write.py --root FOLDER --scripts FOLDER --identifier ID --version VERSION --title TITLE --minimum MACOS --time SECONDS -o FILE"""
import argparse
import os
import pathlib
from xml.sax.saxutils import quoteattr

import bom
import cpio
import distribution
import xar
from tree import kilobytes, scan, walk


def package_info(options, nodes, size):
    scripts = "".join(f'<{name} file="./{name}"/>' for name in ("preinstall", "postinstall") if os.path.exists(f"{options.scripts}/{name}"))
    return (f'<?xml version="1.0" encoding="utf-8"?>\n<pkg-info format-version="2" identifier={quoteattr(options.identifier)} '
            f'version={quoteattr(options.version)} install-location="/" auth="root" overwrite-permissions="true" relocatable="false" '
            f'postinstall-action="none"><payload numberOfFiles="{len(nodes)}" installKBytes="{size}"/><scripts>{scripts}</scripts>'
            "</pkg-info>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    distribution.add_arguments(parser)
    parser.add_argument("--scripts", required=True)
    parser.add_argument("--time", type=int, required=True, help="of every file")
    parser.add_argument("-o", dest="out", required=True)
    options = parser.parse_args()
    root = scan(options.root)
    nodes = list(walk(root))
    size = kilobytes(root)
    component = f"{options.identifier}.component.pkg"
    pathlib.Path(options.out).write_bytes(xar.write({
        "Distribution": (distribution.text(options, component, size).encode(), True),
        f"{component}/Bom": (bom.write(root, options.time), True),
        f"{component}/Payload": (cpio.archive(root, options.time), False),
        f"{component}/Scripts": (cpio.archive(scan(options.scripts), options.time), False),
        f"{component}/PackageInfo": (package_info(options, nodes, size).encode(), True),
    }, options.time))


if __name__ == "__main__":
    main()
