#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Has tools that are not ours read what igt_report writes.

usage: validate.py IGT_REPORT FOLDER

JUnit: xmllint, with a schema. KTAP: kunit.py of the kernel source that Debian packages.
KCIDB: python3-jsonschema, with the part of the schema that is used. Each is shown
something wrong first, which it must refuse. Prints TAP; made-up results and reports
stay in FOLDER.
"""
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "page"))
# pylint: disable=wrong-import-position
import make_results


class Skip(Exception):
    """A tool is missing."""


class Reports:
    """igt_report and the results it is to report."""

    def __init__(self, tool, folder):
        self.tool, self.folder = tool, folder
        self.results = os.path.join(folder, "results")
        make_results.make(self.results, 120, hostile=True)
        with open(os.path.join(self.results, "results.json"), encoding="utf-8") as file:
            self.tests = json.load(file)["tests"]

    def write(self, name, *words):
        path = os.path.join(self.folder, name)
        subprocess.run([self.tool, *words, "--output", path, self.results], check=True)
        return path

    def count(self, *results):
        """How many tests ended so."""
        return sum(test["result"] in results for test in self.tests.values())


def put(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def get(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def junit_has_the_form_that_readers_take(reports):
    """The schema is met, and the totals are those of the cases."""
    if not shutil.which("xmllint"):
        raise Skip("no xmllint: install libxml2-utils")
    schema = os.path.join(HERE, "schemas", "junit.xsd")

    def accepts(path):
        run = subprocess.run(["xmllint", "--noout", "--schema", schema, path], check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return run.returncode == 0, run.stdout

    def number(expression):
        return int(float(subprocess.run(["xmllint", "--xpath", expression, path], check=True,
                                        stdout=subprocess.PIPE, text=True).stdout))

    path = reports.write("report.xml", "junit")
    text = get(path)
    for wrong in (text.replace(" classname=", " class=", 1), text.replace("</failure>", "", 1),
                  text.replace('time="', 'time="-', 1), text.replace("&lt;", "\x01", 1)):
        assert wrong != text
        assert not accepts(put(path + ".wrong", wrong))[0], "something wrong is accepted"
    good, said = accepts(path)
    assert good, said
    assert number("count(//testcase)") == len(reports.tests)
    for kind, total in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert number(f"count(//{kind})") == number(f"/testsuites/@{total} + 0") > 0
    assert number("count(//testcase[not(*)])") == reports.count("pass")


def kunit_py():
    """The kernel's KTAP parser, taken out of the source once and kept in the cache."""
    source = "/usr/src/linux-source-6.12.tar.xz"
    if not os.path.exists(source):
        raise Skip("no kernel source: install linux-source-6.12")
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "linux-source-6.12"],
                             check=False, stdout=subprocess.PIPE, text=True).stdout or "unknown"
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    home = os.path.join(cache, "igt-reclaim", f"kunit-{version}")
    tool = os.path.join(home, "tools", "testing", "kunit", "kunit.py")
    if not os.path.exists(tool):
        partial = f"{home}.{os.getpid()}"
        os.makedirs(partial)
        subprocess.run(["tar", "-xJf", source, "-C", partial, "--strip-components=1", "--wildcards",
                        "*/tools/testing/kunit/*.py"], check=True)
        shutil.rmtree(home, ignore_errors=True)
        os.rename(partial, home)
    return tool


def the_kernels_parser_counts_the_same(reports):
    """kunit.py finds every test with its result, and no error in the text."""
    tool = kunit_py()

    def parse(path):
        said = subprocess.run([sys.executable, tool, "parse", path], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        counts = dict(re.findall(r"(passed|failed|crashed|skipped|errors): (\d+)", said))
        return {kind: int(count) for kind, count in counts.items()}, said

    path = reports.write("report.ktap", "ktap")
    lines = get(path).splitlines(keepends=True)
    # A result that is lost, as from a console that was cut off.
    broken, _ = parse(put(path + ".wrong", "".join(lines[:8] + lines[9:])))
    assert broken.get("errors", 0) > 0, "a missing line is accepted"
    counts, said = parse(path)
    passed, skipped = reports.count("pass"), reports.count("skip")
    assert counts == {"passed": passed, "skipped": skipped,
                      "failed": len(reports.tests) - passed - skipped}, said[-400:]


def kcidb_takes_the_submission(reports):
    """The schema is met, with and without a build of one's own."""
    try:
        import jsonschema  # pylint: disable=import-outside-toplevel
    except ImportError as error:
        raise Skip("no jsonschema: install python3-jsonschema") from error
    validator = jsonschema.Draft201909Validator(
        json.loads(get(os.path.join(HERE, "schemas", "kcidb-5.3.json"))))
    commit = "0123456789abcdef0123456789abcdef01234567"
    own = json.loads(get(reports.write("own.json", "kcidb", "--origin", "lab7", "--commit",
                                       commit)))
    given = json.loads(get(reports.write("given.json", "kcidb", "--origin", "lab7", "--build",
                                         "maestro:b1")))

    def damaged(change):
        submission = copy.deepcopy(own)
        change(submission)
        return submission

    for wrong in (lambda s: s["tests"][0].update(path="a@b"),
                  lambda s: s["tests"][0].update(status="pass"),
                  lambda s: s["tests"][0].update(waived=True),
                  lambda s: s["tests"][0].update(log_excerpt="x" * 16385),
                  lambda s: s["checkouts"][0].update(git_commit_hash="main"),
                  lambda s: s["builds"][0].pop("checkout_id"),
                  lambda s: s.update(comment=None)):
        assert not validator.is_valid(damaged(wrong)), "something wrong is accepted"
    for submission in (own, given):
        errors = [error.message for error in validator.iter_errors(submission)]
        assert not errors, errors[:3]
        assert len(submission["tests"]) == len(reports.tests)
        assert len({test["id"] for test in submission["tests"]}) == len(reports.tests)
    assert own["builds"][0]["checkout_id"] == own["checkouts"][0]["id"]
    assert {test["build_id"] for test in own["tests"]} == {own["builds"][0]["id"]}
    assert given["tests"][0]["environment"]["compatible"][0] == "khadas,vim3"


CHECKS = (junit_has_the_form_that_readers_take, the_kernels_parser_counts_the_same,
          kcidb_takes_the_submission)


def main():
    tool, folder = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    reports = Reports(tool, folder)
    failed = 0
    print(f"1..{len(CHECKS)}")
    for number, check in enumerate(CHECKS, 1):
        try:
            check(reports)
            print(f"ok {number} - {check.__name__}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {check.__name__} # SKIP {reason}", flush=True)
        except (AssertionError, subprocess.CalledProcessError):
            failed += 1
            traceback.print_exc()
            print(f"not ok {number} - {check.__name__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
