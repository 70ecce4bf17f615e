#!/usr/bin/env python3
"""What the installer reads first: title, systems, the one component. The same for write.py and for Apple's productbuild.

usage: distribution.py --root FOLDER --identifier ID --version VERSION --title TITLE --minimum MACOS COMPONENT"""
import argparse
from xml.sax.saxutils import escape, quoteattr

from tree import kilobytes, scan


def text(options, component, size):
    """`size`: in KiB, of what is installed."""
    identifier = quoteattr(options.identifier)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<installer-gui-script minSpecVersion="2">
  <title>{escape(options.title)}</title>
  <options customize="never" require-scripts="false" rootVolumeOnly="true" hostArchitectures="arm64,x86_64"/>
  <domains enable_anywhere="false" enable_currentUserHome="false" enable_localSystem="true"/>
  <volume-check><allowed-os-versions><os-version min={quoteattr(options.minimum)}/></allowed-os-versions></volume-check>
  <choices-outline><line choice="default"><line choice={identifier}/></line></choices-outline>
  <choice id="default"/>
  <choice id={identifier} visible="false"><pkg-ref id={identifier}/></choice>
  <pkg-ref id={identifier} version={quoteattr(options.version)} onConclusion="none" installKBytes="{size}" auth="root">#{component}</pkg-ref>
</installer-gui-script>
"""


def add_arguments(parser):
    for name in ("root", "identifier", "version", "title", "minimum"):
        parser.add_argument(f"--{name}", required=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    add_arguments(arguments)
    arguments.add_argument("component")
    given = arguments.parse_args()
    print(text(given, given.component, kilobytes(scan(given.root))), end="")
