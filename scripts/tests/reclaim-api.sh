#!/bin/bash
# SPDX-License-Identifier: MIT
#
# docs/reclaim-api.md names every header of lib/reclaim that tests include, tests
# that exist, and each subtest of core_reclaim.
set -eu
prefix=$1
cd "$(dirname "$0")/../.."
"$prefix/libexec/igt-gpu-tools/core_reclaim" --list-subtests |
	/usr/bin/python3 -c '
import os, re, sys

page = open("docs/reclaim-api.md").read()
subtests = set(sys.stdin.read().split())
# Those of other binaries have their names in front.
named = {name for of, name in re.findall(r"(\w*)@([a-z0-9-]+)", page)
         if of in ("", "core_reclaim")}
wrong = [f"@{name} is no subtest of core_reclaim" for name in named - subtests]
wrong += [f"core_reclaim@{name} is not named" for name in subtests - named]
for test, names in re.findall(r"test_(\w+): ([a-z_0-9]+(?:, [a-z_0-9]+)*)", page):
    source = open(f"lib/tests/test_{test}.c").read()
    wrong += [f"test_{test} has no {name}" for name in names.split(", ")
              if not re.search(rf"(cmocka_unit_test|TEST)\({name}\)", source)]
for header in os.listdir("lib/reclaim"):
    if not header.endswith(".h"):
        continue
    if "Nothing here is for tests" in open("lib/reclaim/" + header).read():
        continue
    if header not in page:
        wrong.append(f"{header} is not named")
print(*("docs/reclaim-api.md: " + text for text in wrong), sep="\n")
sys.exit(len(wrong) > 0)
'
