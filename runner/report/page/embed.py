#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes C strings of text files.

usage: embed.py OUTPUT NAME=FILE[,FILE...]...

Writes `const char NAME[]` with the files' text, one after the other.
"""
import sys

LITERAL = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\t"): "\\t"}


def literal(line):
    """A line of bytes as a C string; what is not ASCII in octal, always of three digits."""
    return '"' + "".join(LITERAL.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
                         for byte in line) + '"'


def main():
    output, *entries = sys.argv[1:]
    with open(output, "w", encoding="ascii") as target:
        target.write('#include "report/page.h"\n')
        for entry in entries:
            name, files = entry.split("=", 1)
            target.write(f"\nconst char {name}[] =\n")
            for path in files.split(","):
                with open(path, "rb") as source:
                    target.writelines(f"\t{literal(line)}\n" for line in source)
            target.write("\t;\n")


if __name__ == "__main__":
    main()
