# SPDX-License-Identifier: MIT
"""What scripts/soak knows and how it counts: no guest is started here."""
import json
import math
from collections import namedtuple
from pathlib import Path

PASSED = ("PASS", "SKIP")

# One verdict. repeat: counted from 1.
Verdict = namedtuple("Verdict", "repeat subtest verdict reason seconds")

# runs: those that did not skip; bound: the rate of failures is below, with 95% confidence.
Rate = namedtuple("Rate", "subtest runs skips failures bound seconds")


def bound(failures, runs):
    """Upper end of the one-sided 95% interval of Clopper and Pearson: the rate at which so
    few failures would be seen in 1 of 20 such series. With none that is about 3/runs."""
    if failures >= runs:
        return 1.0

    def seen_at_most(p):
        return sum(math.comb(runs, k) * p ** k * (1 - p) ** (runs - k)
                   for k in range(failures + 1))

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if seen_at_most(middle) > 0.05:
            low = middle
        else:
            high = middle
    return high


def rates(verdicts):
    """The rate of each subtest, the worst first."""
    found = {}
    for seen in verdicts:
        found.setdefault(seen.subtest, []).append(seen)
    result = []
    for name, of in found.items():
        skips = sum(seen.verdict == "SKIP" for seen in of)
        failures = sum(seen.verdict not in PASSED for seen in of)
        runs = len(of) - skips
        result.append(Rate(name, runs, skips, failures, bound(failures, runs) if runs else None,
                           max(seen.seconds for seen in of)))
    return sorted(result, key=lambda r: (-r.failures, not (r.skips and r.runs), r.subtest))


class Diary:
    """The record of a soak: JSON lines, the first of which says what is run."""

    def __init__(self, path, setting):
        self.path = Path(path)
        self.setting = setting
        self.seeds, self.verdicts = {}, []
        if self.path.exists():
            self.read()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(self.path, "a", encoding="utf-8")
        if not self.path.stat().st_size:
            self.write({"setting": setting})

    def read(self):
        """Goes on with what is there, if the same was run."""
        lines = self.path.read_text().split("\n")
        if lines[-1]:
            # Cut off: it is no verdict.
            self.path.write_text("".join(line + "\n" for line in lines[:-1]))
        for line in filter(None, lines[:-1]):
            entry = json.loads(line)
            if "setting" in entry and entry["setting"] != self.setting:
                differs = [key for key in self.setting
                           if entry["setting"].get(key) != self.setting[key]]
                raise ValueError("%s is of another run (%s): give another --results"
                                 % (self.path, ", ".join(differs)))
            if "seed" in entry:
                self.seeds[entry["repeat"]] = entry["seed"]
            if "verdict" in entry:
                self.verdicts.append(Verdict(**entry))

    def write(self, entry):
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()

    def seed(self, repeat, new):
        """The seed of a repeat: that on record, else the new one."""
        if repeat not in self.seeds:
            self.write({"repeat": repeat, "seed": new})
            self.seeds[repeat] = new
        return self.seeds[repeat]

    def add(self, verdict):
        self.write(verdict._asdict())
        self.verdicts.append(verdict)

    def of(self, repeat):
        """The subtests that the repeat has a verdict of."""
        return {seen.subtest for seen in self.verdicts if seen.repeat == repeat}
