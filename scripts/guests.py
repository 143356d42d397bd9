# SPDX-License-Identifier: MIT
"""Guests for scripts/score and scripts/soak: what is built, and one run in one guest.

A run is told as it goes, subtest after subtest, so that nothing is lost when the guest
dies, this program is ended, or the time is up.
"""
import argparse
import functools
import hashlib
import json
import os
import platform
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

# Kinds of guest, in the order in which they are tried: the first has the most.
KINDS = {
    "2d": ["--gpu", "2d", "--mali", "t860"],
    "virgl": ["--gpu", "virgl", "--mali", "none"],
    "blob": ["--gpu", "blob", "--mali", "none"],
    "2d-iommu": ["--gpu", "2d", "--iommu", "--mali", "none"],
    "g52": ["--gpu", "none", "--mali", "g52"],
}
FLAVOURS = ("default", "debug")

# A debug kernel keeps what was freed for a while, shadows all memory, and is slow.
FLAVOUR_OPTIONS = {"default": [], "debug": ["--mem", "2G", "--boot-timeout", "300"]}
TEST_SECONDS = {"default": 90, "debug": 300}

INCOMPLETE = re.compile(r"INCOMPLETE\s+(\S+)\s+[\d.]+s\s+(.*)$")
VERDICT = re.compile(r"\[\s*\d+/\d+\] ([A-Z-]+)\s+(\S+)\s+([\d.]+)s(?:\s+(.*))?$")

# What differs between two builds of the same: the commit, and the linker's note of it.
COMMIT = re.compile(rb"\0[0-9a-f]{7,40}\0")
BUILD_ID = re.compile(rb"(\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0).{20}", re.S)


class Refused(Exception):
    """Ends the program: a line for the user, and the exit status."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        raise Refused(2, message + "; see --help")


def seconds(text):
    """'90', '90s', '20m' or '2h' as seconds, for an option."""
    match = re.fullmatch(r"(\d+)([smh]?)", text)
    if not match or not int(match[1]):
        raise argparse.ArgumentTypeError("'%s': give a time such as 90s, 20m or 2h" % text)
    return int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def count(text):
    """A whole number above zero, for an option."""
    if not re.fullmatch(r"\d+", text) or not int(text):
        raise argparse.ArgumentTypeError("'%s': give a whole number above 0" % text)
    return int(text)


def expression(text):
    """A regular expression, for an option."""
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError("'%s': %s" % (text, error)) from error


def bash(command, *args):
    """The last line that a piece of shell prints, with scripts/common.sh at hand."""
    script = '. "$0/scripts/common.sh"; ' + command
    done = subprocess.run(["bash", "-euc", "prog=%s; %s" % (bash.prog, script), TOP, *args],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Refused(2, "the set-up failed, see above")
    return done.stdout.strip().split("\n")[-1]


bash.prog = "guests"


def build_suite():
    """Builds what is missing, as scripts/run-guest does; the prefix of the suite."""
    bash('install_packages "${build_packages[@]}" "${guest_packages[@]}" '
         '"${kernel_packages[@]}" python3-yaml')
    bash('mapfile -t more < <(opengl_packages); want_packages "${more[@]}"')
    build = os.environ.get("BUILD_DIR", str(TOP / "build"))
    bash('build_suite "$1"', build)
    return Path(build) / "install"


@functools.cache
def blob_options():
    """For guests with blob resources: the QEMU that makes them, if this machine's cannot."""
    qemu = bash('. "$top/scripts/cross.sh"; . "$top/scripts/qemu.sh"; blob_qemu')
    return ["--qemu", qemu] if qemu else []


def kernel(flavour):
    """The folder of the reference kernel, from the cache."""
    return Path(bash('"$top/kernel/build" --flavour "$1"', flavour))


def kernel_key(folder):
    """What tells one kernel from another: its folder in the cache has it in its name."""
    if re.fullmatch(r"[a-z]+-[0-9a-f]{16}", folder.name):
        return folder.name
    return hashlib.sha256((folder / "bzImage").read_bytes()).hexdigest()[:16]


def binary_key(data):
    """The same for a test program, whatever the commit that it was built from."""
    data = COMMIT.sub(b"", BUILD_ID.sub(rb"\1", data))
    return hashlib.sha256(data).hexdigest()[:16]


def machine(accel):
    """The machine in a few words, for whoever reads the figures."""
    facts = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", facts)
    how = {"tcg": ", no KVM", "kvm": ", KVM"}.get(accel, "")
    return "%s, %d processors%s" % (model[1] if model else platform.machine(), os.cpu_count(), how)


def expectations(kind, what):
    """What expectations/ has of the reference kernel in a kind of guest, such as virgl-iommu:
    the lines of its files of "fails", "flakes" or "skips"."""
    parts = ("6.12-reference-" + kind).rstrip("-").split("-")
    found = []
    for end in range(1, len(parts) + 1):
        path = TOP / "expectations" / ("%s-%s.txt" % ("-".join(parts[:end]), what))
        text = path.read_text() if path.exists() else ""
        found += [line for line in text.split("\n") if line and line[0] != "#"]
    return found


def known_to_fail(names):
    """Those that fail on the reference kernel, always or now and then."""
    fails = {line.split(",")[0] for line in expectations("", "fails")}
    flakes = expectations("", "flakes")
    return {name for name in names
            if name in fails or any(re.search(flake, name) for flake in flakes)}


def not_run(names, *kinds):
    """Those that are not run in a guest of these kinds, for what the host would do."""
    skips = [line for kind in kinds for line in expectations(kind, "skips")]
    return {name for name in names if any(re.search(skip, name) for skip in skips)}


class Suite:
    """An installed suite."""

    def __init__(self, prefix):
        self.prefix = Path(prefix)
        guest = self.prefix / "bin/igt_guest"
        if not guest.exists():
            raise Refused(2, "%s: no suite is installed there" % prefix)
        done = subprocess.run([guest, "list", "--suite", prefix], stdout=subprocess.PIPE,
                              text=True, check=False)
        if done.returncode:
            raise Refused(2, "the suite in %s cannot be listed, see above" % prefix)
        self.names = done.stdout.split()
        self.keys = {}

    def version(self):
        """Version and commit, as its programs tell them."""
        done = subprocess.run([self.prefix / "bin/igt_runner", "--version"],
                              stdout=subprocess.PIPE, text=True, check=False)
        return done.stdout.strip()

    def key(self, name):
        """The key of the program that a subtest is in."""
        binary = name.split("@")[0]
        if binary not in self.keys:
            path = self.prefix / "libexec/igt-gpu-tools" / binary
            self.keys[binary] = binary_key(path.read_bytes())
        return self.keys[binary]


class Guest:
    """One guest that runs subtests in the order that is given.

    options: those of igt_guest that make the guest what it is.
    """

    accel = "auto"  # as the first guest found it

    def __init__(self, suite, kernel_dir, options, results):
        self.suite, self.kernel, self.results = suite, kernel_dir, Path(results)
        self.options = list(options)
        if "blob" in self.options:
            self.options += blob_options()
        self.outcome, self.detail, self.status = "interrupted", "", None
        self.incomplete = {}

    def command(self, names):
        """Writes the list of subtests, and tells the command that runs them."""
        self.results.parent.mkdir(parents=True, exist_ok=True)
        order = self.results.with_name(self.results.name + ".list")
        order.write_text("".join(name + "\n" for name in names))
        return [str(self.suite.prefix / "bin/igt_guest"), "run", "--kernel", str(self.kernel),
                "--suite", str(self.suite.prefix), "--accel", Guest.accel, *self.options,
                "--results", str(self.results), "--test-list", str(order)]

    def run(self, names, limit):
        """Yields (verdict, name, seconds, reason) as they fall.

        After limit seconds, or when nobody asks for more, the guest is ended; outcome,
        detail and status tell how it ended else, as guest.json has them.
        """
        command = self.command(names)
        errors = self.results.with_name(self.results.name + ".err")
        (self.results / "guest.json").unlink(missing_ok=True)
        with open(errors, "w") as log:
            # A group of its own: Ctrl-C is for this program, which ends the guest.
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True,
                                       errors="replace", start_new_session=True)
        alarm = threading.Timer(limit, process.send_signal, [signal.SIGTERM])
        alarm.start()
        try:
            for line in process.stdout:
                match = VERDICT.match(line.rstrip("\n"))
                if match:
                    yield match[1], match[2], float(match[3]), match[4] or ""
                    continue
                match = INCOMPLETE.match(line)
                if match:
                    self.incomplete[match[1]] = match[2]
        finally:
            alarm.cancel()
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.stdout.close()
            self.status = process.wait()
            self.read_outcome(errors)

    def last_word(self, began):
        """The verdict on the subtest that ran when the guest ended: PANIC, HANG or LOST; or
        NO-BOOT, on none. began: whether any subtest had ended before."""
        words = {"test-panic": "PANIC", "test-silent": "HANG"}
        if began or self.outcome in ("finished", "lost") or self.outcome.startswith("test-"):
            return words.get(self.outcome, "LOST")
        return "NO-BOOT"

    def last_reason(self, name):
        """What there is to say of that subtest: how its guest ended, and what is on record of
        the subtest itself."""
        return "; ".join(filter(None, (self.detail or self.outcome, self.incomplete.get(name))))

    def check(self):
        """Refuses what no other guest would mend."""
        if self.status == 2:
            raise Refused(2, self.detail)

    def read_outcome(self, errors):
        """How the guest ended, and on what."""
        record = self.results / "guest.json"
        if record.exists():
            record = json.loads(record.read_text())
            self.outcome, self.detail = record["outcome"], record["detail"] or ""
            if record.get("accel") in ("kvm", "tcg"):
                Guest.accel = record["accel"]
        else:
            # The wrong order of a list, say, or a host that has not what --gpu takes.
            said = errors.read_text().strip().split("\n")
            ended = self.status < 0 or self.status >= 128
            self.outcome = "interrupted" if ended else "not-such"
            self.detail = said[-1].replace("igt_guest: ", "")


def today():
    """The date and time, for records."""
    return time.strftime("%Y-%m-%d %H:%M")
