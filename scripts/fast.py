#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/fast-feedback.testlist: few and quick subtests that notice all that any does.

usage: fast.py --times FILE    writes the list; FILE is soak.jsonl of scripts/soak
       fast.py --check         only says whether the list does what it is for

Which mutations of kernel/mutations.yaml a subtest was seen to fail under comes from
docs/tests.md; what is noticed rarely, says tests/rows.yaml, does not count. Each that any
subtest notices has to be noticed by one of the list, and none of the list may be there for
nothing.

exit status: 0, or 1 and a line for each thing that is wrong; 2 for wrong use.
"""
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import yaml

import rows
import scoring

TOP = Path(__file__).resolve().parent.parent
LIST = TOP / "tests/fast-feedback.testlist"

# Of what was not run, as it needs another kernel or a host that renders.
UNKNOWN_SECONDS = 1.0

HEAD = """\
# SPDX-License-Identifier: MIT
# Few and quick subtests that notice every deliberate bug of the reference kernel that any of the
# suite does. Made by scripts/fast.py; over each are the mutations that it is here for.
"""


def noticed():
    """Mutation to the subtests that were seen to fail under it, on the kernel that shows it."""
    plan = yaml.safe_load((TOP / "tests/rows.yaml").read_text())
    rarely = plan["rarely_noticed_by"]
    debug_only = re.compile("^(%s)$" % "|".join(plan["only_on_debug"]))
    flavours = {entry["id"]: entry["flavour"]
                for entry in yaml.safe_load((TOP / "kernel/mutations.yaml").read_text())}
    by_mutation = {}
    for subtest, mutations in rows.seen_to_fail()[1].items():
        for mutation in mutations:
            skips = flavours[mutation] == "default" and debug_only.match(subtest)
            if subtest not in rarely.get(mutation, ()) and not skips:
                by_mutation.setdefault(mutation, set()).add(subtest)
    return by_mutation


def times(path):
    """Subtest to the mean of its seconds, a dynamic subtest's being part of it."""
    seconds, runs = {}, {}
    for line in Path(path).read_text().splitlines():
        seen = json.loads(line)
        if "subtest" not in seen:
            continue
        name = "@".join(seen["subtest"].split("@")[:2])
        seconds[name] = seconds.get(name, 0.0) + seen["seconds"]
        runs.setdefault(name, set()).add(seen["repeat"])
    return {name: total / len(runs[name]) for name, total in seconds.items()}


def needed(chosen, by_mutation):
    """Those of @chosen without which something is not noticed, the last looked at first."""
    kept = list(chosen)
    for name in reversed(chosen):
        rest = set(kept) - {name}
        if all(names & rest for names in by_mutation.values()):
            kept.remove(name)
    return kept


def write(path):
    by_mutation = noticed()
    measured = times(path)
    baseline = {name: measured.get(name, UNKNOWN_SECONDS)
                for names in by_mutation.values() for name in names}
    chosen = needed(scoring.smallest(by_mutation, baseline), by_mutation)
    left = dict(by_mutation)
    text = HEAD
    for name in chosen:
        mine = [mutation for mutation in left if name in left[mutation]]
        for mutation in mine:
            del left[mutation]
        text += "# %s\nigt@%s\n" % (" ".join(sorted(mine)), name)
    LIST.write_text(text)


def check():
    by_mutation = noticed()
    listed = re.findall(r"^igt@(\S+)", LIST.read_text(), re.M)
    for mutation, names in by_mutation.items():
        if not names & set(listed):
            yield "nothing of it notices %s, which %s does" % (mutation, sorted(names)[0])
    for name in sorted(set(listed) - set(rows.seen_to_fail()[1])):
        yield "there is no subtest " + name
    for name in sorted(set(listed) - set(needed(listed, by_mutation))):
        yield "%s is there for nothing" % name


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "--times":
        try:
            write(arguments[1])
        except (OSError, ValueError, KeyError) as error:
            print("fast: --times %s: %s" % (arguments[1], error), file=sys.stderr)
            return 2
        return 0
    if arguments != ["--check"]:
        print(__doc__, file=sys.stderr)
        return 2
    wrong = list(check())
    for line in wrong:
        print("%s: %s: make it anew with scripts/fast.py" % (LIST.relative_to(TOP), line),
              file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
