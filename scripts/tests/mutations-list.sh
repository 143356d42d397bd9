#!/bin/bash
# SPDX-License-Identifier: MIT
#
# kernel/mutations.yaml is what tools can read and what the kernel has: valid
# YAML, each entry complete, its bug described, and the same names as in the patch.
set -eu
cd "$(dirname "$0")/../.."
/usr/bin/python3 - <<'PYTHON'
import glob, re, yaml

entries = yaml.safe_load(open("kernel/mutations.yaml"))
bugs = set(re.findall(r"^\| (B\d+) \|", open("docs/bugs.md").read(), re.M))
allowed = {"gpu": {"2d", "virgl", "blob", "mali"}, "flavour": {"default", "debug"},
           "swap": {"on", "off"}, "race": {True}}
for entry in entries:
    name = entry["id"]
    missing = {"change", "where", "gpu", "flavour", "caught_by"} - set(entry)
    assert not missing, (name, missing)
    for field, values in allowed.items():
        assert entry.get(field, min(values)) in values, (name, field, entry[field])
    assert entry["caught_by"], name
    assert entry.get("bug", min(bugs)) in bugs, (name, entry["bug"])

names = [entry["id"] for entry in entries]
assert len(names) == len(set(names)), "a name stands twice"
patch, = glob.glob("kernel/series/6.12/*deliberate-bugs*.patch")
text = open(patch).read()
declared = re.findall(r"X\(([a-z0-9]+)\)", text)
assert sorted(names) == sorted(declared), set(names) ^ set(declared)
unused = [name for name in names if "drm_mutation(%s)" % name not in text]
assert not unused, ("declared but nowhere used", unused)
PYTHON
