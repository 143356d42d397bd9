# SPDX-License-Identifier: MIT
"""What scripts/score knows and how it judges: no guest is started here.

An observation is what one subtest said in one guest with one mutation switched on, or
with none. They are lines of JSON in files that only grow, so nothing is lost when the
program is ended, and several programs may add to one folder, each to a file of its own.
Everything else is worked out from them.
"""
import fcntl
import json
import re
from collections import namedtuple
from pathlib import Path

# verdict: a word of igt_guest; or PANIC, HANG or LOST for the subtest that ran when the guest
# ended; or NO-BOOT, of no subtest. seconds: how long the subtest took; at: since the first
# subtest of its guest began. binary: key of the program. again: it was seen once more.
FIELDS = ("kernel kind mutation subtest binary verdict reason seconds at date machine again")
Observation = namedtuple("Observation", FIELDS)

GREEN = ("PASS", "SKIP", "WARN")
CAUGHT = ("assertion", "SIGBUS", "splat")


class Store:
    """The observations of a folder; those of other kernels and older tests are passed over.

    key: a subtest's program to its key, to leave out what an older one said. add: whether
    there is something to add; to read takes no turns. base: the store that has what is seen
    without a mutation, if not this one.
    """

    def __init__(self, folder, kernel, key, shard="", add=True, base=None):
        self.kernel, self.key, self.base = kernel, key, base
        self.known = {}
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("observations*.jsonl")):
            for line in path.read_text().split("\n"):
                self.take(line)
        self.file = None
        if add:
            self.open(folder / ("observations%s.jsonl" % shard))

    def open(self, path):
        """The file of this program alone, with a line at its end that is whole."""
        self.file = open(path, "a+", encoding="utf-8")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BlockingIOError("%s: another score works on it" % path) from None
        self.file.seek(0)
        text = self.file.read()
        if text and not text.endswith("\n"):
            self.file.write("\n")

    def take(self, line):
        """A line of a file, if it is whole, and says something about what is tested now."""
        try:
            seen = Observation(**json.loads(line))
        except (ValueError, TypeError):
            return
        if seen.kernel != self.kernel:
            return
        if seen.subtest and seen.binary != self.key(seen.subtest):
            return
        self.keep(seen)

    def keep(self, seen):
        """What is seen last counts; that no guest could be had, until one can."""
        known = self.known.setdefault((seen.kind, seen.mutation), {})
        if seen.subtest:
            known.pop("", None)
        known[seen.subtest] = seen

    def add(self, seen):
        """Keeps an observation, on the disk first."""
        if self.base and not seen.mutation:
            self.base.add(seen)
            return
        self.file.write(json.dumps(seen._asdict()) + "\n")
        self.file.flush()
        self.keep(seen)

    def close(self):
        """Lets others add to the file."""
        if self.file:
            self.file.close()

    def of(self, kind, mutation):
        """What is known of a mutation, "" being none: subtest to observation."""
        if self.base and not mutation:
            return self.base.of(kind, "")
        return self.known.get((kind, mutation), {})

    def all_of(self, mutation):
        """The same of all kinds of guest."""
        return [seen for (_, name), found in self.known.items() if name == mutation
                for seen in found.values()]


# As the runner says it of who failed and then did not come to its end.
AFTER_FAILURE = ", after it had failed: "
# And of who hung, or was no more, with a kernel that had found itself wrong; a stall is but
# another word for hanging.
SPLAT = r"(WARNING: |BUG: KASAN|Oops|corruption|refcount_t)"
AFTER_SPLAT = re.compile(", after the kernel had warned: .*" + SPLAT)


def catches(seen):
    """How an observation shows that the mutation was noticed, or None.

    By a failed assertion, by SIGBUS where memory should have been, or by what the kernel
    itself complained about. That the suite crashed, or took too long, shows nothing.
    """
    if seen.verdict == "FAIL" or seen.verdict == "TIMEOUT" and AFTER_FAILURE in seen.reason:
        return "assertion"
    if (seen.verdict in ("DMESG-FAIL", "DMESG-WARN", "PANIC") or
            seen.verdict in ("TIMEOUT", "HANG", "LOST") and AFTER_SPLAT.search(seen.reason) or
            seen.verdict == "INCOMPLETE" and re.search(SPLAT, seen.reason)):
        return "splat"
    if seen.verdict == "CRASH" and "SIGBUS" in seen.reason:
        return "SIGBUS"
    return None


def hangs(seen):
    """Whether the subtest, or its guest, did not come to an end."""
    return seen.verdict in ("TIMEOUT", "HANG")


def spoils(seen):
    """Whether a guest is not fit for more after this: tainted, or with something stuck."""
    return seen.verdict not in GREEN + ("FAIL",)


# how: as catches() says, or SURVIVED, TIMEOUT, CRASH, NO-BOOT, NOT-HERE: this host cannot make
# the guest that shows it, or OPEN: not all was run.
Result = namedtuple("Result", "mutation how by others")


def judge(mutation, observations, expected, planned):
    """The result of a mutation. by is the observation that says so, others the rest that do.

    expected: subtests that are to notice it, the likeliest first. A catch by another one
    counts when it was seen twice, or it might be an accident. planned: the (kind, subtest)
    that there are to run.
    """
    noticed = [seen for seen in observations if catches(seen)]
    place = {name: index for index, name in enumerate(expected)}
    noticed.sort(key=lambda seen: (place.get(seen.subtest, len(place)), seen.at, seen.subtest))
    sure = [seen for seen in noticed if seen.subtest in place or seen.again]
    if sure:
        return Result(mutation, catches(sure[0]), sure[0], [s for s in noticed if s is not sure[0]])
    for verdicts, how in ((("NO-BOOT",), "NO-BOOT"), (("TIMEOUT", "HANG"), "TIMEOUT"),
                          (("CRASH", "INCOMPLETE", "ABORT", "LOST"), "CRASH")):
        for seen in observations:
            if seen.verdict in verdicts and not catches(seen):
                return Result(mutation, how, seen, noticed)
    if not planned:
        return Result(mutation, "NOT-HERE", None, noticed)
    if set(planned) - {(seen.kind, seen.subtest) for seen in observations}:
        return Result(mutation, "OPEN", None, noticed)
    return Result(mutation, "SURVIVED", None, noticed)


def second_look(result):
    """The catch that has to be seen once more before it counts, or None: one which nobody
    expected, while nobody who was expected noticed."""
    return result.others[0] if not caught(result) and result.others else None


def caught(result):
    """Whether the mutation was."""
    return result.how in CAUGHT


def order(entry, rows, seen_to_fail, names):
    """(expected, all): the subtests that are expected to notice a mutation, and those with
    the others behind them; the likeliest first.

    rows: row to its subtests; seen_to_fail: subtest to the mutations it failed under.
    """
    wanted = set(names)
    by_row = [name for row in entry["caught_by"] for name in rows.get(row, [])]
    by_record = [name for name in names if entry["id"] in seen_to_fail.get(name, ())]
    first = [name for name in dict.fromkeys(by_row + by_record) if name in wanted]
    panfrost = entry["gpu"] == "mali"
    first.sort(key=lambda name: name.startswith("panfrost_") != panfrost)
    rest = sorted((name for name in names if name not in set(first)),
                  key=lambda name: name.startswith("panfrost_") != panfrost)
    return first, first + rest


def shard(mutations, text):
    """Those of the mutations that are in shard 'K/N', counted from 1."""
    match = re.fullmatch(r"(\d+)/(\d+)", text or "1/1")
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise ValueError("--shard '%s': give K/N, such as 1/4" % text)
    return mutations[int(match[1]) - 1::int(match[2])]


# only: the mutations that nobody else catches.
Worth = namedtuple("Worth", "subtest seconds catches only")


def worth(caught_by, baseline):
    """What each subtest is good for, the least first.

    caught_by: mutation to the set of subtests that fail; baseline: subtest to seconds.
    """
    found = []
    for name, seconds in baseline.items():
        caught = [m for m, names in caught_by.items() if name in names]
        only = [m for m in caught if len(caught_by[m]) == 1]
        found.append(Worth(name, seconds, caught, only))
    return sorted(found, key=lambda w: (len(w.only), len(w.catches), w.subtest))


def smallest(caught_by, baseline):
    """Few and quick subtests that together catch all that is caught: each time the one
    that catches most of what is left for its time."""
    left = {m: names & set(baseline) for m, names in caught_by.items()}
    left = {m: names for m, names in left.items() if names}
    chosen = []
    while left:
        def gain(name):
            return sum(name in names for names in left.values()) / (baseline[name] + 0.5)
        best = max(sorted({name for names in left.values() for name in names}), key=gain)
        chosen.append(best)
        left = {m: names for m, names in left.items() if best not in names}
    return chosen
