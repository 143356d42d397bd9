# SPDX-License-Identifier: MIT
"""What scripts/score found, as a table in Markdown and as one page without server or net."""
import html
from collections import Counter

import guests
import scoring

WORDS = {
    "SURVIVED": "nobody noticed",
    "TIMEOUT": "a subtest, or the guest, took too long",
    "CRASH": "a subtest died, or the guest was lost",
    "NO-BOOT": "the guest did not come up",
    "NOT-HERE": "this host has no such guest",
    "OPEN": "not run to the end",
}

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 90em; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .3em .6em; text-align: left;
  vertical-align: top; }
th { cursor: pointer; position: sticky; top: 0; background: Canvas; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.bad td { background: #d003; } tr.open td { background: #8883; }
.bar { background: #d008; height: .7em; } .bar div { background: #2a7d; height: 100%; }
input { font: inherit; width: 30em; max-width: 100%; }
:root { color-scheme: light dark; }
"""

# Sorting and a filter; without script the tables are all there.
SCRIPT = """
for (const th of document.querySelectorAll("th")) th.onclick = () => {
  const body = th.closest("table").tBodies[0], i = th.cellIndex;
  const key = row => row.cells[i].textContent;
  const rows = [...body.rows].sort((a, b) => key(a).localeCompare(key(b), "en", {numeric: true}));
  th.dataset.up = th.dataset.up ? "" : "1";
  if (!th.dataset.up) rows.reverse();
  body.append(...rows);
};
filter.oninput = () => {
  for (const row of document.querySelectorAll("tbody tr"))
    row.hidden = !row.textContent.toLowerCase().includes(filter.value.toLowerCase());
};
"""


def of(part, whole):
    return "%d of %d" % (part, whole)


def markdown_table(head, rows):
    """The lines of a table in Markdown."""
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|",
            *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)]


def noticed(entry, rounds):
    """(caught, of, by): in how many of the rounds that were run a mutation was noticed, and by
    whom first, with how often."""
    results = [one.result(entry) for one in rounds]
    caught = [result for result in results if scoring.caught(result)]
    run = [result for result in results if result.how not in ("OPEN", "NOT-HERE")]
    by = Counter(result.by.subtest for result in caught)
    return len(caught), len(run), ["%s %d" % one for one in by.most_common()]


def often(entry, rounds):
    """One line about that."""
    caught, run, by = noticed(entry, rounds)
    return "%-6s %s  %s" % (entry["id"], of(caught, run), ", ".join(by))


class Page:
    """All that is told; score is the Score that knows it."""

    NAME = "score"

    def __init__(self, score):
        self.score = score
        self.entries = {entry["id"]: entry for entry in score.entries}
        self.results = [score.result(entry) for entry in score.entries]

    def caught(self, results):
        return of(sum(map(scoring.caught, results)), len(results))

    def totals(self):
        """'N of M mutations caught' and what became of the others."""
        others = ["%d %s" % (sum(r.how == how for r in self.results), how) for how in WORDS
                  if any(r.how == how for r in self.results)]
        return "%s flavour: %s mutations caught%s" % (
            self.score.args.flavour, self.caught(self.results),
            ": " + ", ".join(others) if others else "")

    def seen(self):
        """The observations that are told of."""
        return [s for known in self.score.store.known.values() for s in known.values()]

    def facts(self):
        """Date, kernel, suite and machine, a line each."""
        seen = self.seen()
        dates = sorted(s.date for s in seen)
        # The first guest of all finds out about KVM.
        machines = sorted({s.machine for s in seen if s.machine.endswith("KVM")})
        release = self.score.kernel / "release"
        return [
            ("seen", "%s to %s" % (dates[0], dates[-1]) if dates else "never"),
            ("kernel", "%s, %s" % (release.read_text().strip() if release.exists() else "",
                                   self.score.store.kernel)),
            ("suite", self.score.suite.version()),
            ("machine", "; ".join(machines)),
        ]

    def without(self):
        """What the same guests say without a mutation, a line for each kind."""
        for kind in guests.KINDS:
            known = self.score.store.of(kind, "")
            if known.get(""):
                yield kind, "cannot be made here: " + known[""].reason
            elif known:
                passed = sum(s.verdict == "PASS" for s in known.values())
                skipped = sum(s.verdict == "SKIP" for s in known.values())
                wrong = [s for s in known.values() if s.verdict not in scoring.GREEN]
                yield kind, "%d passed, %d skipped, %d failed%s" % (
                    passed, skipped, len(wrong), ": %s: %s" % (wrong[0].subtest, wrong[0].reason)
                    if wrong else "")

    def groups(self):
        """(group, what of, caught) by the first row that is expected to notice, then by the
        guest and the flavour that show the mutation."""
        def grouped(key):
            found = {}
            for result in self.results:
                found.setdefault(key(self.entries[result.mutation]), []).append(result)
            return sorted(found.items())

        for group, results in grouped(lambda entry: entry["caught_by"][0][:2]):
            about = self.score.groups.get(group, {}).get("of", "")
            yield group, about, self.caught(results)
        for gpu, results in grouped(lambda entry: entry["gpu"]):
            yield gpu, "guest", self.caught(results)
        for flavour, results in grouped(lambda entry: entry["flavour"]):
            yield flavour, "kernel that shows it", self.caught(results)

    def rows(self):
        """The cells of the table: mutation, bug, change, how, by, text, at, how many others."""
        for result in self.results:
            entry, by = self.entries[result.mutation], result.by
            text = (by.reason or by.verdict) if by else WORDS.get(result.how, "")
            if not by and not self.score.expected(entry):
                text += "; no subtest plays " + ", ".join(entry["caught_by"])
            if not by and result.mutation in self.score.survivors:
                text += ": " + self.score.survivors[result.mutation]
            if by and not scoring.caught(result):
                text = "%s: %s %s" % (WORDS[result.how], by.verdict, by.reason)
            yield (result.mutation, entry.get("bug", ""), entry["change"], result.how,
                   by.subtest if by else "", text, "%.1f" % by.at if by else "",
                   str(len({s.subtest for s in result.others} | {by.subtest})
                       if scoring.caught(result) else 0))

    def complete(self):
        """Mutations that every subtest was run for, with those that noticed."""
        found = {}
        for entry in self.score.entries:
            observations = self.score.store.all_of(entry["id"])
            seen = {(s.kind, s.subtest) for s in observations}
            planned = {(kind, name) for kind, names in self.score.plan(entry, run=False)
                       for name in names}
            if planned and planned <= seen:
                found[entry["id"]] = {s.subtest for s in observations if scoring.catches(s)}
        return found

    def baseline(self):
        """Seconds that each subtest takes without a mutation."""
        seconds = {}
        for kind in reversed(guests.KINDS):
            for name, seen in self.score.store.of(kind, "").items():
                if name and seen.verdict == "PASS":
                    seconds[name] = seen.seconds
        return seconds

    def reverse(self):
        """(sentences, rows) about the subtests: what each is good for."""
        complete, baseline = self.complete(), self.baseline()
        worth = scoring.worth(complete, baseline)
        chosen = scoring.smallest(complete, baseline)
        alone = [m for m, names in complete.items() if len(names) == 1]
        sentences = [
            "Every subtest was run for %s mutations." % of(len(complete), len(self.results)),
            "%s subtests are the only one to notice some mutation; %s mutations are noticed by "
            "one alone." % (of(sum(bool(w.only) for w in worth), len(worth)),
                            of(len(alone), len(complete))),
            "%s notice none." % of(sum(not w.catches for w in worth), len(worth)),
            "%s, which take %.1f s of %.1f, notice all that is noticed: %s." % (
                of(len(chosen), len(worth)), sum(baseline[n] for n in chosen),
                sum(baseline.values()), " ".join(chosen)),
        ]
        rows = [(w.subtest, "%.2f" % w.seconds, str(len(w.catches)), " ".join(w.only))
                for w in sorted(worth, key=lambda w: (-len(w.only), -len(w.catches), w.subtest))]
        return sentences, rows, bool(complete)

    HEAD = ("mutation", "bug", "what is wrong", "noticed", "first by", "what it says", "after s",
            "by how many so far")
    REVERSE_HEAD = ("subtest", "takes s", "notices", "alone")

    def markdown(self):
        lines = ["# Mutations that are noticed: %s flavour" % self.score.args.flavour, "",
                 "Generated by `scripts/score`; [score.md](score.md) tells what counts.", "",
                 "**%s.**" % self.totals(), "", "| | |", "|---|---|"]
        lines += ["| %s | %s |" % fact for fact in self.facts()]
        lines += ["| %s without a mutation | %s |" % line for line in self.without()]
        lines += ["", "## By group", "", "| group | of | caught |", "|---|---|---|"]
        lines += ["| %s | %s | %s |" % row for row in self.groups()]
        lines += ["", "## Mutations", "", *markdown_table(self.HEAD, self.rows())]
        sentences, rows, any_complete = self.reverse()
        if any_complete:
            lines += ["", "## Subtests", "", *sentences, "", *markdown_table(self.REVERSE_HEAD, rows)]
        return "\n".join(lines) + "\n"

    def html(self):
        def table(head, rows, marks=None):
            text = ["<table><thead><tr>" + "".join("<th>%s" % html.escape(h) for h in head)
                    + "</thead><tbody>"]
            for index, row in enumerate(rows):
                mark = ' class="%s"' % marks[index] if marks and marks[index] else ""
                text.append("<tr%s>" % mark + "".join(
                    "<td%s>%s</td>" % (' class="number"' if cell.replace(".", "").isdigit() else "",
                                       html.escape(cell)) for cell in row) + "</tr>")
            return "\n".join(text) + "</tbody></table>"

        marks = ["" if scoring.caught(r) else "open" if r.how in ("OPEN", "NOT-HERE") else "bad"
                 for r in self.results]
        good = 100 * sum(map(scoring.caught, self.results)) / max(len(self.results), 1)
        title = "Mutations that are noticed: %s flavour" % self.score.args.flavour
        parts = [
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>%s</title>' % title,
            "<style>%s</style><h1>%s</h1>" % (STYLE, title),
            "<p><b>%s.</b></p>" % html.escape(self.totals()),
            '<div class="bar"><div style="width: %.1f%%"></div></div>' % good,
            table(("", ""), [*self.facts(),
                             *(("%s without a mutation" % k, v) for k, v in self.without())]),
            "<h2>By group</h2>", table(("group", "of", "caught"), self.groups()),
            '<h2>Mutations</h2><p><input id="filter" placeholder="only rows with this text"></p>',
            table(self.HEAD, self.rows(), marks),
        ]
        sentences, rows, any_complete = self.reverse()
        if any_complete:
            parts += ["<h2>Subtests</h2>", *("<p>%s</p>" % html.escape(s) for s in sentences),
                      table(self.REVERSE_HEAD, rows)]
        return "\n".join(parts) + "<script>%s</script></html>\n" % SCRIPT


class Races(Page):
    """How often mutations are noticed that take luck."""

    NAME = "races"
    HEAD = ("mutation", "what is wrong", "noticed in", "first by, so often")

    def __init__(self, score):
        super().__init__(score)
        self.often = [(entry, *noticed(entry, score.rounds)) for entry in score.entries]

    def seen(self):
        return [s for one in self.score.rounds for entry in self.score.entries
                for s in one.store.all_of(entry["id"])]

    def totals(self):
        """How many are noticed in each run, how many in some."""
        runs = [(caught, run) for _, caught, run, _ in self.often if run]
        each = sum(caught == run for caught, run in runs)
        none = sum(not caught for caught, _ in runs)
        missing = len(self.often) - len(runs)
        return "%s flavour, %d runs: %s are noticed in each, %d in some, %d in none%s" % (
            self.score.args.flavour, len(self.score.rounds), of(each, len(self.often)),
            len(runs) - each - none, none, ", %d were not run" % missing if missing else "")

    def markdown(self):
        lines = ["# Races: how often they are noticed", "",
                 "Generated by `scripts/score --repeat`; [score.md](score.md) tells what counts.", "",
                 "**%s.**" % self.totals(), "", "| | |", "|---|---|"]
        lines += ["| %s | %s |" % fact for fact in self.facts()]
        lines += ["", *markdown_table(self.HEAD, ((entry["id"], entry["change"], of(caught, run),
                                          ", ".join(by)) for entry, caught, run, by in self.often))]
        return "\n".join(lines) + "\n"
