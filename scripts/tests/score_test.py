# SPDX-License-Identifier: MIT
"""scripts/score and scripts/soak with a guest that is a program of a few lines."""
import importlib.machinery
import io
import json
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))
import flakes
import guests
import scoring


def program(name):
    loader = importlib.machinery.SourceFileLoader(name, str(SCRIPTS / name))
    module = module_from_spec(spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


score, soak = program("score"), program("soak")

MAP, LENT = "virtio_madvise@purged-map-raises-sigbus", "virtio_madvise@lent-is-counted"
PANFROST, VIRGL = "panfrost_basic@params-make-sense", "virtio_virgl@clear-fills-image"
NAMES = [LENT, MAP, PANFROST, VIRGL]

# Plays a guest: what the file "story" beside it says of a mutation, or of none: a subtest to
# its verdict and reason, or to what the guest dies of. A virgl guest is the only one that does
# not skip the virgl test; there is no blob.
FAKE = r'''#!/usr/bin/python3
import json, os, sys, time
here = os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0])))
names = open(here + "/names").read().split()
if sys.argv[1] == "list":
    print("\n".join(names))
    sys.exit(0)
def option(name, default=""):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default
if option("--gpu") == "blob":
    print("igt_guest: no blob on this host", file=sys.stderr)
    sys.exit(4)
mutation = dict(word.split("=") for word in option("--append").split()).get("drm.mutation", "")
story = json.load(open(here + "/story")).get(mutation, {})
results = option("--results")
os.makedirs(results, exist_ok=True)
with open(here + "/log", "a") as log:
    log.write("%s %s %s\n" % (option("--gpu"), mutation or "none", option("--append")))
wanted = open(option("--test-list")).read().split()
outcome = "finished"
for number, name in enumerate(wanted):
    verdict, reason = story.get(name, ["PASS", ""])
    if name.startswith("virtio_virgl") and option("--gpu") != "virgl":
        verdict, reason = "SKIP", "the host renders nothing"
    if name.startswith("panfrost") and option("--mali") == "none":
        verdict, reason = "SKIP", "no Mali"
    if verdict == "SLOW":
        print("[%d/%d] PASS  %s  0.1s" % (number + 1, len(wanted), name), flush=True)
        time.sleep(60)
    if verdict.startswith("test-") or verdict.startswith("boot-"):
        outcome = verdict
        if reason:
            print("INCOMPLETE  %s  0.000s  %s" % (name, reason))
        break
    with open(here + "/log", "a") as log:
        log.write("  %s %s\n" % (name, verdict))
    print("[%d/%d] %s  %s  0.125s  %s" % (number + 1, len(wanted), verdict, name, reason),
          flush=True)
    if verdict not in ("PASS", "SKIP"):
        time.sleep(0.5)  # in which it may be ended
with open(results + "/guest.json", "w") as record:
    json.dump({"outcome": outcome, "detail": outcome, "accel": "tcg"}, record)
'''


class Case(unittest.TestCase):
    """A suite of four subtests in a folder of its own."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.top = Path(self.dir.name)
        tests = self.top / "suite/libexec/igt-gpu-tools"
        for folder in (tests, self.top / "suite/bin", self.top / "kernel"):
            folder.mkdir(parents=True)
        (self.top / "suite/bin/igt_guest").write_text(FAKE)
        (self.top / "suite/bin/igt_guest").chmod(0o755)
        (self.top / "suite/bin/igt_runner").write_text("#!/bin/sh\necho 1.2.3\n")
        (self.top / "suite/bin/igt_runner").chmod(0o755)
        (self.top / "suite/names").write_text("\n".join(NAMES))
        (self.top / "kernel/bzImage").write_text("kernel")
        for name in NAMES:
            (tests / name.split("@")[0]).write_text("program")
        self.story({})
        patch = mock.patch.object(guests, "kernel", lambda flavour: self.top / "kernel")
        patch.start()
        self.addCleanup(patch.stop)

    def story(self, story):
        (self.top / "suite/story").write_text(json.dumps(story))

    def guests(self):
        """The guests that were started since the last time: kind, mutation, subtests."""
        log = self.top / "suite/log"
        text = log.read_text() if log.exists() else ""
        log.unlink(missing_ok=True)
        found = []
        for line in text.split("\n"):
            if line.startswith("  "):
                found[-1][2].append(line.split()[0])
            elif line:
                found.append((*line.split()[:2], []))
        return found

    def call(self, module, *words):
        """Runs a program: status, what it printed, and what it complained about."""
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.object(sys, "argv", ["x", *words]), redirect_stdout(out), \
                redirect_stderr(err):
            status = module.main()
        return status, out.getvalue(), err.getvalue()

    def score(self, *words):
        return self.call(score, "--suite", str(self.top / "suite"), "--results",
                         str(self.top / "score"), *words)

    def page(self):
        return (self.top / "score/score-default.md").read_text()


class ScoreTest(Case):
    def test_expected_comes_first_and_ends_it(self):
        self.story({"m15": {MAP: ["FAIL", "page 3 | is alive"], PANFROST: ["FAIL", "too"]}})
        status, out, _ = self.score("--only", "m15")
        self.assertEqual(status, 0)
        self.assertIn("1 of 1 mutations caught", out)
        self.assertEqual(self.guests()[-1], ("2d", "m15", [MAP]))
        self.assertIn("| m15 | B40 | a fault in a purged object gets new, empty pages | assertion | "
                      + MAP + " | page 3 \\| is alive | 0.1 | 1 |", self.page())

    def test_what_is_known_is_not_run_again_and_what_changed_is(self):
        self.story({"m15": {MAP: ["FAIL", "x"]}})
        self.score("--only", "m15")
        self.guests()
        self.assertEqual(self.score("--only", "m15")[0], 0)
        self.assertEqual(self.guests(), [])
        binary = self.top / "suite/libexec/igt-gpu-tools/virtio_madvise"
        binary.write_text("program, changed")
        self.score("--only", "m15")
        self.assertEqual(self.guests(), [("2d", "none", [MAP, LENT]), ("2d", "m15", [MAP])])
        (self.top / "kernel/bzImage").write_text("kernel, changed")
        self.score("--only", "m15")
        self.assertEqual([g[:2] for g in self.guests()], [("2d", "none"), ("2d", "m15")])

    def test_a_test_that_always_fails_is_refused(self):
        self.story({"": {LENT: ["FAIL", "always"]}, "m15": {MAP: ["FAIL", "x"]}})
        status, _, err = self.score("--only", "m15")
        self.assertEqual(status, 3)
        self.assertIn(LENT + ": FAIL always", err)
        self.assertEqual(len(err.strip().split("\n")), 1)
        self.assertFalse((self.top / "score/score-default.md").exists())
        self.story({"m15": {MAP: ["FAIL", "x"]}})
        self.assertEqual(self.score("--only", "m15")[0], 0)

    def test_a_kind_in_which_one_fails_is_left_out_and_told(self):
        self.story({"": {VIRGL: ["FAIL", "always"]}, "m15": {MAP: ["FAIL", "x"]}})
        status, out, err = self.score("--only", "m15,m16")
        self.assertEqual(status, 3)
        self.assertIn("guest of the kind virgl (%s: FAIL always)" % VIRGL, err)
        self.assertIn("1 of 2 mutations caught: 1 OPEN", out)
        self.assertEqual([g for g in self.guests() if g[0] == "virgl" and g[1] != "none"], [])

    def test_what_hangs_again_and_again_is_not_waited_for(self):
        self.story({"m15": {name: ["TIMEOUT", "90 s"] for name in NAMES}})
        with mock.patch.object(score, "MAX_STUCK", 2):
            self.assertEqual(self.score("--only", "m15")[0], 1)
        self.assertIn("| TIMEOUT | " + MAP, self.page())
        self.assertEqual(len([g for g in self.guests() if g[1] == "m15"]), 2)
        # Who is expected to notice is asked again when it has changed.
        (self.top / "suite/libexec/igt-gpu-tools/virtio_madvise").write_text("changed")
        self.story({"m15": {MAP: ["FAIL", "x"]}})
        with mock.patch.object(score, "MAX_STUCK", 0):
            self.assertEqual(self.score("--only", "m15")[0], 0)

    def test_survivor_is_tried_on_every_kind_that_can_more(self):
        status, out, _ = self.score("--only", "m15")
        self.assertEqual(status, 1)
        self.assertIn("0 of 1 mutations caught: 1 SURVIVED", out)
        guests_of_mutation = [g for g in self.guests() if g[1] == "m15"]
        self.assertEqual(guests_of_mutation, [
            ("2d", "m15", [MAP]), ("2d", "m15", [LENT, PANFROST]), ("virgl", "m15", [VIRGL])])

    def test_unexpected_catch_has_to_be_seen_twice(self):
        self.story({"m15": {LENT: ["FAIL", "odd"]}})
        self.assertEqual(self.score("--only", "m15")[0], 0)
        self.assertEqual([g for g in self.guests() if g[1] == "m15"],
                         [("2d", "m15", [MAP]), ("2d", "m15", [LENT]), ("2d", "m15", [LENT])])
        # Seen once alone it was an accident.
        observed = [scoring.Observation("k", "2d", "m15", LENT, "b", "FAIL", "odd", 0, 0, "d", "m",
                                        None)]
        result = scoring.judge("m15", observed, [MAP], [("2d", LENT)])
        self.assertEqual(result.how, "SURVIVED")
        self.assertEqual(scoring.second_look(result), observed[0])

    def test_only_what_belongs_to_the_mutation_counts(self):
        for verdict, reason, how, status in (
                ("CRASH", "SIGSEGV", "CRASH", 1), ("CRASH", "SIGBUS", "SIGBUS", 0),
                ("TIMEOUT", "90 s", "TIMEOUT", 1),
                ("TIMEOUT", "90 s, after it had failed: a check", "assertion", 0),
                ("TIMEOUT", "90 s, after the kernel had warned: list_del corruption.", "splat", 0),
                ("TIMEOUT", "90 s, after the kernel had warned: rcu: stalls", "TIMEOUT", 1),
                ("INCOMPLETE", "Oops: general protection fault", "splat", 0),
                ("INCOMPLETE", "list_del corruption.", "splat", 0),
                ("INCOMPLETE", "init invoked oom-killer", "CRASH", 1),
                ("DMESG-WARN", "WARNING: at", "splat", 0),
                ("test-panic", "", "splat", 0), ("test-silent", "", "TIMEOUT", 1),
                ("test-silent", "died, after the kernel had warned: Oops: 0", "splat", 0),
                ("test-silent", "died, after the kernel had warned: rcu: stalls", "TIMEOUT", 1),
                ("WARN", "stderr", "SURVIVED", 1)):
            with self.subTest(verdict=verdict, reason=reason):
                (self.top / "kernel/bzImage").write_text(verdict + reason)
                self.story({"m15": {MAP: [verdict, reason]}})
                got, _, _ = self.score("--only", "m15", "--tests", "purged-map")
                self.assertEqual(got, status)
                self.assertIn("| %s | %s" % (how, MAP if how != "SURVIVED" else ""), self.page())

    def test_guest_that_does_not_come_up_is_no_catch(self):
        self.story({"m15": {MAP: ["boot-hang", ""]}})
        self.assertEqual(self.score("--only", "m15", "--tests", "purged-map")[0], 1)
        self.assertIn("| NO-BOOT |", self.page())

    def test_all_goes_on_in_a_fresh_guest_after_a_panic(self):
        self.story({"m15": {MAP: ["test-panic", ""], LENT: ["FAIL", "x"]}})
        self.score("--only", "m15", "--all")
        of_mutation = [g for g in self.guests() if g[1] == "m15"]
        self.assertEqual(of_mutation[0], ("2d", "m15", []))
        self.assertEqual(of_mutation[1], ("2d", "m15", [LENT, PANFROST]))
        self.assertIn("Every subtest was run for 1 of 1 mutations.", self.page())
        self.assertIn("2 of 4 notice none.", self.page())

    def test_what_cannot_be_shown_here_is_told(self):
        status, out, _ = self.score("--only", "b62")
        self.assertEqual(status, 1)
        self.assertIn("0 of 1 mutations caught: 1 NOT-HERE", out)
        self.assertEqual([g for g in self.guests() if g[1] == "b62"], [])
        self.assertIn("no blob on this host", self.page())

    def test_budget_ends_it_and_the_next_goes_on(self):
        self.story({"m15": {MAP: ["SLOW", ""]}})
        started = time.monotonic()
        status, _, err = self.score("--only", "m15", "--budget", "2s")
        self.assertEqual(status, 4)
        self.assertLess(time.monotonic() - started, 30)
        self.assertIn("the time is up", err)
        self.assertIn("| OPEN |", self.page())
        self.story({"m15": {LENT: ["FAIL", "x"]}})
        self.guests()
        self.assertEqual(self.score("--only", "m15")[0], 0)
        self.assertEqual([g for g in self.guests() if g[1] == "m15"][0], ("2d", "m15", [LENT]))

    def test_shards_are_all_mutations_and_write_one_folder(self):
        entries = list(range(10))
        parts = [scoring.shard(entries, "%d/3" % part) for part in (1, 2, 3)]
        self.assertEqual(sorted(sum(parts, [])), entries)
        for wrong in ("0/3", "4/3", "1", "x/y"):
            with self.assertRaises(ValueError):
                scoring.shard(entries, wrong)
        self.story({"m15": {MAP: ["FAIL", "x"]}})
        self.score("--only", "m15", "--shard", "1/2")
        self.assertTrue((self.top / "score/observations-1-of-2.jsonl").exists())
        self.guests()
        self.assertEqual(self.score("--only", "m15")[0], 0)
        self.assertEqual(self.guests(), [])

    def test_a_line_that_was_cut_off_is_no_observation(self):
        self.story({"m15": {MAP: ["FAIL", "x"]}})
        self.score("--only", "m15")
        path = self.top / "score/observations.jsonl"
        path.write_text(path.read_text()[:-20])
        self.guests()
        self.assertEqual(self.score("--only", "m15")[0], 0)
        self.assertEqual(self.guests(), [("2d", "m15", [MAP])])
        self.assertEqual(self.score("--only", "m15")[0], 0)
        self.assertEqual(self.guests(), [])

    def test_two_at_once_are_refused(self):
        self.score("--only", "m15")
        store = scoring.Store(self.top / "score", "k", lambda name: "b")
        status, _, err = self.score("--only", "m15")
        self.assertEqual(status, 2)
        self.assertIn("another score works on it", err)
        store.file.close()

    def test_races_are_told_how_often(self):
        self.story({"m15": {MAP: ["FAIL", "x"]}})
        self.assertEqual(self.score("--only", "m15", "--repeat", "1")[0], 0)
        self.guests()
        self.story({})
        status, out, _ = self.score("--only", "m15", "--repeat", "3")
        self.assertEqual(status, 0)
        self.assertIn("m15    1 of 3  %s 1" % MAP, out)
        self.assertIn("0 of 1 are noticed in each, 1 in some, 0 in none", out)
        self.assertEqual([guest[1] for guest in self.guests()], ["m15", "m15"])
        page = (self.top / "score/races-default.md").read_text()
        self.assertIn("| 1 of 3 | %s 1 |" % MAP, page)
        # What is seen there is no part of the score, and no news on the next call.
        self.assertEqual(self.score("--only", "m15", "--report")[0], 4)
        self.assertEqual(self.score("--only", "m15", "--repeat", "3")[0], 0)
        self.assertEqual(self.guests(), [])

    def test_race_that_nobody_notices(self):
        self.story({})
        status, out, _ = self.score("--only", "m15", "--repeat", "2")
        self.assertEqual(status, 1)
        self.assertIn("m15    0 of 2", out)
        self.assertIn("0 in some, 1 in none", out)

    def test_only_races_are_repeated(self):
        self.story({})
        out = self.score("--repeat", "1", "--report")[1]
        self.assertIn("0 in some, 0 in none", out)
        page = (self.top / "score/races-default.md").read_text()
        self.assertNotIn("| m15 |", page)
        self.assertIn("| m79 |", page)

    def test_unknown_names_are_refused(self):
        for words, text in ((("--only", "m999"), "no such mutation"), (("--shard", "3/2"), "K/N"),
                            (("--tests", "nothing"), "finds no subtest")):
            status, _, err = self.score(*words)
            self.assertEqual((status, text in err, err.count("\n")), (2, True, 1), err)

    def test_page_holds_no_markup_of_others(self):
        self.story({"m15": {MAP: ["FAIL", "<script>alert(1)</script>"]}})
        self.score("--only", "m15")
        page = (self.top / "score/score-default.html").read_text()
        self.assertIn("&lt;script&gt;alert(1)", page)
        self.assertNotIn("http", page)


class KeyTest(unittest.TestCase):
    def test_commit_and_linker_do_not_count(self):
        note = b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0"
        one = b"code\0" + note + b"a" * 20 + b"\x00514fe5ed2\x00more"
        two = b"code\0" + note + b"b" * 20 + b"\x0062bc20012\x00more"
        self.assertEqual(guests.binary_key(one), guests.binary_key(two))
        self.assertNotEqual(guests.binary_key(one), guests.binary_key(one + b"!"))

    def test_lines_of_verdicts(self):
        match = guests.VERDICT.match("[  7/208] DMESG-FAIL  a_b@c-d  0.146s  BUG: x  y")
        self.assertEqual(match.groups(), ("DMESG-FAIL", "a_b@c-d", "0.146", "BUG: x  y"))
        self.assertEqual(guests.VERDICT.match("[1/1] PASS  a@b  1.0s").groups(),
                         ("PASS", "a@b", "1.0", None))
        self.assertIsNone(guests.VERDICT.match("FAIL  a@b  0.1s  reason"))

    def test_times(self):
        self.assertEqual([guests.seconds(t) for t in ("90", "90s", "20m", "2h")],
                         [90, 90, 1200, 7200])
        for wrong in ("", "0", "-1m", "1d", "m"):
            with self.assertRaises(guests.argparse.ArgumentTypeError):
                guests.seconds(wrong)


class WorthTest(unittest.TestCase):
    def test_alone_and_smallest(self):
        caught = {"m1": {"a", "b"}, "m2": {"b"}, "m3": {"a", "b"}, "m4": {"c"}, "m5": set()}
        baseline = {"a": 0.1, "b": 0.2, "c": 5.0, "d": 0.1}
        worth = {w.subtest: w for w in scoring.worth(caught, baseline)}
        self.assertEqual(worth["b"].only, ["m2"])
        self.assertEqual(worth["a"].only, [])
        self.assertEqual(worth["c"].only, ["m4"])
        self.assertEqual(worth["d"].catches, [])
        self.assertEqual(scoring.worth(caught, baseline)[0].subtest, "d")
        self.assertEqual(scoring.smallest(caught, baseline), ["b", "c"])


class SoakTest(Case):
    def soak(self, *words):
        return self.call(soak, "--suite", str(self.top / "suite"), "--results",
                         str(self.top / "soak"), "--kernel", str(self.top / "kernel"), *words)

    def test_orders_and_seeds_differ(self):
        status, out, _ = self.soak("--repeat", "12")
        self.assertEqual(status, 0, out)
        lines = (self.top / "suite/log").read_text()
        runs = self.guests()
        self.assertEqual(len(runs), 12)
        self.assertTrue(all(sorted(names) == sorted(NAMES) for _, _, names in runs))
        self.assertGreater(len({tuple(names) for _, _, names in runs}), 1)
        seeds = {line.split("=")[1] for line in lines.split("\n") if "IGT_SRANDOM" in line}
        self.assertEqual(len(seeds), 12)

    def test_failure_is_told_with_its_replay(self):
        self.story({"": {MAP: ["FAIL", "now and then"]}})
        status, out, _ = self.soak("--repeat", "2", "--load", "1")
        self.assertEqual(status, 1)
        self.assertIn("FAIL  %s  now and then\n  again: " % MAP, out)
        self.assertIn("--test-list " + str(self.top / "soak/guests/1-1.list"), out)
        self.assertIn(MAP + ": 2 of 2 runs did not pass", out)

    def test_guest_that_dies_takes_nothing_with_it(self):
        self.story({"": {MAP: ["test-panic", ""]}})
        status, out, _ = self.soak("--repeat", "1")
        self.assertEqual(status, 1)
        self.assertIn("PANIC  " + MAP, out)
        page = (self.top / "soak/soak.md").read_text()
        self.assertIn("| whole repeats of 4 subtests | 1 |", page)

    def test_what_the_host_does_not_stand_is_not_run(self):
        skips = lambda kind, what: [VIRGL] if (kind, what) == ("virgl-iommu", "skips") else []
        with mock.patch.object(guests, "expectations", skips):
            status, out, _ = self.soak("--repeat", "1", "--gpu", "virgl", "--iommu")
            self.assertEqual(status, 0)
            self.assertEqual(sorted(self.guests()[0][2]), sorted(set(NAMES) - {VIRGL}))
            self.assertIn("| not run in such a guest | %s |" % VIRGL, out)
            self.assertEqual(self.soak("--gpu", "virgl", "--iommu", "--tests", VIRGL)[0], 2)

    def test_expectations_are_those_of_all_layers(self):
        of_virgl = guests.expectations("virgl", "skips")
        self.assertTrue(of_virgl)
        self.assertEqual(guests.expectations("virgl-iommu", "skips"), of_virgl)
        self.assertNotIn(of_virgl[0], guests.expectations("2d", "skips"))

    def test_it_goes_on_and_refuses_another_setting(self):
        self.soak("--repeat", "2")
        self.guests()
        self.assertEqual(self.soak("--repeat", "3")[0], 0)
        self.assertEqual(len(self.guests()), 1)
        status, _, err = self.soak("--repeat", "3", "--mali", "none")
        self.assertEqual(status, 2)
        self.assertIn("is of another run (guest): give another --results", err)

    def test_budget(self):
        self.story({"": {MAP: ["SLOW", ""]}})
        status, _, err = self.soak("--repeat", "2", "--budget", "2s")
        self.assertEqual(status, 4)
        self.assertIn("the time is up", err)

    def test_bounds(self):
        # What tables of Clopper and Pearson have; with no failure 1 - 0.05^(1/n).
        self.assertAlmostEqual(flakes.bound(0, 50), 1 - 0.05 ** (1 / 50), places=9)
        self.assertAlmostEqual(flakes.bound(0, 300), 3 / 300, places=3)
        self.assertAlmostEqual(flakes.bound(1, 10), 0.3942, places=4)
        self.assertAlmostEqual(flakes.bound(5, 100), 0.1023, places=4)
        self.assertEqual(flakes.bound(3, 3), 1.0)

    def test_skips_are_no_runs(self):
        seen = [flakes.Verdict(1, "a", "SKIP", "", 0), flakes.Verdict(2, "a", "PASS", "", 1),
                flakes.Verdict(1, "b", "FAIL", "", 2), flakes.Verdict(1, "c", "SKIP", "", 0)]
        b, a, c = flakes.rates(seen)
        self.assertEqual((b.subtest, b.failures, b.bound), ("b", 1, 1.0))
        self.assertEqual((a.subtest, a.runs, a.skips), ("a", 1, 1))
        self.assertIsNone(c.bound)


if __name__ == "__main__":
    unittest.main()
