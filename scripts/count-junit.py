#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Counts the test cases of a JUnit report of meson.

usage: count-junit.py REPORT EXPECTED-SKIPS

Prints "PASSED FAILED SKIPPED". Cases that failed, and cases that were skipped
though no regular expression in the file EXPECTED-SKIPS allows it, are failures
and are named on stderr.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree


def allowed_skips(path):
    with open(path, encoding="utf-8") as lines:
        return [re.compile(line.strip()) for line in lines
                if line.strip() and not line.startswith("#")]


def main():
    report, skips = sys.argv[1:]
    allowed = allowed_skips(skips)
    passed = failed = skipped = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            name = "{}: {}".format(suite.get("name"), case.get("name"))
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                print("FAILED  " + name, file=sys.stderr)
            elif case.find("skipped") is None:
                passed += 1
            elif any(regex.search(name) for regex in allowed):
                skipped += 1
            else:
                failed += 1
                print("SKIPPED, but expected to run: " + name, file=sys.stderr)
    print(passed, failed, skipped)


if __name__ == "__main__":
    main()
