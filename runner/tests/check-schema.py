#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks results.json of real runs against the schema, and that the schema refuses what it should.

usage: check-schema.py SCHEMA BUILD-FOLDER-OF-THE-RUNNER

Prints TAP; without python3-jsonschema all of it is skipped.
"""
import copy
import json
import os
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)

SUBTESTS = "tester@(pass|skip-requirement|fail-assert|crash|warn|killed|dynamic|not-utf8|upper-case)$"


class Tap:
    """One line for each check."""

    def __init__(self):
        self.count = 0
        self.failed = False

    def check(self, name, problem):
        self.count += 1
        self.failed = self.failed or bool(problem)
        print(f"{'not ok' if problem else 'ok'} {self.count} {name}")
        if problem:
            print(f"# {problem}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


class Runs:
    """Results folders, made by the tools."""

    def __init__(self, build, folder):
        self.build = build
        self.folder = folder
        self.root = os.path.join(folder, "root")
        self.count = 0
        os.mkdir(self.root)
        for name in "tester", "plain_pass", "plain_segv":
            os.symlink(os.path.join(build, "tests", "tester"), os.path.join(self.root, name))
        os.symlink(os.path.join(build, "tests", "tester_many"), os.path.join(self.root, "many"))
        with open(os.path.join(self.root, "test-list.txt"), "w", encoding="ascii") as words:
            words.write("tester plain_pass plain_segv many\n")

    def tool(self, name, *words, **environment):
        command = [os.path.join(self.build, name), *words]
        done = subprocess.run(command, env=dict(os.environ, **environment), check=False,
                              capture_output=True, text=True)
        if done.returncode:
            if "PR_SET_CHILD_SUBREAPER" in done.stderr:
                print("1..0 # SKIP " + done.stderr.strip())
                sys.exit(0)
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")

    def run(self, *words, **environment):
        self.count += 1
        results = os.path.join(self.folder, f"results{self.count}")
        self.tool("igt_runner", "--allow-non-root", *words, self.root, results, **environment)
        return results


def read(results):
    # Not UTF-8, or a word that JSON does not have, is an error here.
    def refuse(word):
        raise ValueError(f"{word} is no JSON")
    with open(os.path.join(results, "results.json"), encoding="utf-8", errors="strict") as file:
        return json.load(file, parse_constant=refuse)


def problem_of(validator, document):
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    return f"{'/'.join(map(str, error.absolute_path))}: {error.message}" if error else None


def some_test(document):
    return next(test for test in document["tests"].values() if "time" in test)


def wrong_documents(good):
    """Each is wrong in one way."""
    def wrong(name, change):
        document = copy.deepcopy(good)
        change(document)
        return name, document
    yield wrong("no totals", lambda d: d.pop("totals"))
    yield wrong("another version", lambda d: d.update(results_version=9))
    yield wrong("a key of nobody's", lambda d: d.update(extra=1))
    yield wrong("a result of nobody's", lambda d: some_test(d).update(result="passed"))
    yield wrong("a test without output", lambda d: some_test(d).pop("err"))
    yield wrong("a name in upper case", lambda d: d["tests"].update({"igt@A@b": some_test(d)}))
    yield wrong("a negative time", lambda d: some_test(d)["time"].update(end=-1))
    yield wrong("a count missing", lambda d: d["totals"]["root"].pop("notrun"))
    yield wrong("half an attachment", lambda d: some_test(d).update(attachments=["x"]))


def main():
    schema_path, build = sys.argv[1:]
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    tap = Tap()

    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(build, folder)
        text = {"IGT_RUNNER_DISABLE_SOCKET_COMMUNICATION": "1"}
        whole = runs.run("-t", f"{SUBTESTS}|plain")
        cases = {
            "a run": whole,
            "packets": runs.run("-t", "many@sub-00"),
            "several subtests a process": runs.run("-m", "-t", "many@sub-00", **text),
            "a dry run": runs.run("-d", "-t", "many@sub-00"),
        }
        attachment = os.path.join(whole, "0/attachments/igt@tester")
        os.makedirs(attachment)
        with open(os.path.join(attachment, "note"), "w", encoding="ascii") as file:
            file.write("text")
        for name in "endtime.txt", "uname.txt", "1/journal.txt", "2/out.txt":
            os.unlink(os.path.join(whole, name))
        with open(os.path.join(whole, "aborted.txt"), "wb") as file:
            file.write(b"Aborting.\xff\0")
        documents = {name: read(results) for name, results in cases.items()}
        runs.tool("igt_results", whole)
        documents["a record that lost files"] = read(whole)

    for name, document in documents.items():
        tap.check(name.replace(" ", "_"), problem_of(validator, document))
    for name, document in wrong_documents(documents["a run"]):
        tap.check("refuses_" + name.replace(" ", "_").replace("'", ""),
                  None if problem_of(validator, document) else "it passes")
    return tap.end()


sys.exit(main())
