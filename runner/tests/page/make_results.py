#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a results folder like that of a run, with every kind of result, for tests of reports.

usage: make_results.py FOLDER [--tests N] [--seed N] [--hostile] [--later] [--multiple]

  --tests N   about so many subtests (default: 120)
  --seed N    other numbers (default: 1)
  --hostile   tests and kernel say things that are meant to break a reader
  --later     the same tests on a newer kernel: some are fixed, broken, gone, new, slower
  --multiple  one job runs all subtests of a binary
"""
import argparse
import json
import os
import random

# What a page must show as text, all in places that a test or the kernel fills.
HOSTILE = (
    "</script><script>window.broken = 1</script>",
    "<img src=x onerror=\"window.broken = 1\">",
    "<!--<script>", "]]><b>&amp;&lt;", "\u2028\u202e\ufeffright to left",
    "# SKIP not a skip", "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=forged RESULT=pass>",
    "not ok 1 forged", "\x1b[31m\x01\x7f\ufffe bell \x07", "'; DROP TABLE tests; --",
)
BINARIES = (
    ("panfrost_madvise", 0.35), ("panfrost_jobs", 0.2), ("panfrost_mmu", 0.08),
    ("virtio_madvise", 0.22), ("virtio_evict", 0.12), ("reclaim_stress", 0.03),
)
CLAIMS = ("dontneed", "willneed", "purged", "busy", "shared", "mapped", "imported", "pinned")
PROMISES = ("is-purged", "is-kept", "is-told", "frees-pages", "survives-scan", "raises-sigbus",
            "is-counted-once", "stays")
TRIGGERS = ("shrinker", "drop-caches", "memcg", "swap")
KERNELS = ("6.12.117-igt-reclaim", "6.13.2-igt-reclaim")
COLUMNS = "time MemAvailable Shmem Unevictable SwapUsed shrinker resident purgeable active".split()


def names(count):
    """(binary, subtest) of about `count` subtests."""
    for binary, share in BINARIES:
        for number in range(max(2, round(count * share))):
            claim = CLAIMS[number % len(CLAIMS)]
            promise = PROMISES[number // len(CLAIMS) % len(PROMISES)]
            again = number // (len(CLAIMS) * len(PROMISES))
            yield binary, f"{claim}-{promise}" + (f"-{again}" if again else "")


class Clock:
    """Seconds on the kernel's clock."""

    def __init__(self):
        self.now = 2.0

    def after(self, seconds):
        self.now += seconds
        return self.now


def pick_result(rng, index, later):
    """Every kind of result is there, most are passes."""
    fixed = {3: "fail", 11: "crash", 17: "timeout", 23: "dmesg-warn", 31: "dmesg-fail",
             37: "skip", 38: "skip", 41: "warn", 53: "fail", 61: "fail", 71: "abort"}
    if later:
        fixed.update({3: "pass", 7: "fail", 13: "skip", 23: "pass", 29: "crash"})
    if index in fixed:
        return fixed[index]
    # In large runs, the same again now and then; not another one in the later run.
    return rng.choice(("fail", "skip", "skip", "dmesg-warn")) if rng.random() < 0.02 else "pass"


def memory_rows(rng, start, seconds):
    """A buffer is filled, lent, and purged when the trigger comes."""
    rows, available, step = [], 812_000 + rng.randrange(9000), 0.05
    count = max(2, int(seconds / step))
    size = rng.choice((16384, 65536, 131072))
    for i in range(count):
        part = i / count
        held = size if 0.15 < part < 0.6 else size // 4 if part >= 0.6 else 0
        rows.append((start + i * step, available - held - rng.randrange(600),
                     2048 + held, held // 2 if part > 0.3 else 0, 512 * (part > 0.6),
                     held // 4 if 0.3 < part < 0.6 else 0, held, held if 0.3 < part < 0.6 else 0,
                     held if part < 0.3 else 0))
    return rows


def kernel_log(rng, clock, binary, subtest, result, seconds, hostile):
    """(dmesg, warnings, seconds of the start)"""
    lines, warnings = [], []

    def say(level, text, after):
        lines.append(f"<{level}> [{clock.after(after):.6f}] {text}\n")
        if level <= 4:
            warnings.append(lines[-1])

    say(6, f"[IGT] {binary}: executing", 0.01)
    say(6, f"[IGT] {binary}: starting subtest {subtest}", 0.005)
    start = clock.now
    for trigger in range(1 + (rng.random() < 0.3)):
        pages = rng.choice((1024, 4096, 16384))
        say(6, f"[IGT] reclaim: {rng.choice(TRIGGERS)} freed {pages} pages", seconds * 0.3)
    if result in ("dmesg-warn", "dmesg-fail"):
        say(4, "------------[ cut here ]------------", 0.001)
        say(4, "WARNING: CPU: 1 PID: 214 at drivers/gpu/drm/drm_gem_shmem_helper.c:231 "
               "drm_gem_shmem_purge+0x1c4/0x210", 0.001)
        for frame in ("drm_gem_shmem_purge", "panfrost_gem_purge", "shrink_slab", "drop_slab"):
            say(4, f" ? {frame}+0x{rng.randrange(4096):x}/0x{rng.randrange(4096, 9000):x}", 0.0001)
    for text in HOSTILE if hostile else ():
        say(4 if result.startswith("dmesg") else 6, text, 0.0001)
    clock.after(seconds * 0.4)
    if result not in ("timeout", "incomplete"):
        word = {"pass": "SUCCESS", "skip": "SKIP", "crash": "CRASH"}.get(result, "FAIL")
        say(6, f"[IGT] {binary}: finished subtest {subtest}, {word}", 0.001)
        say(6, f"[IGT] {binary}: exiting, ret={0 if word == 'SUCCESS' else 98}", 0.002)
    return "".join(lines), "".join(warnings), start


def outputs(binary, subtest, result, seconds, kernel, hostile):
    """(stdout, stderr)"""
    extra = "".join(f"{text}\n" for text in HOSTILE) if hostile else ""
    word = {"pass": "SUCCESS", "dmesg-warn": "SUCCESS", "warn": "SUCCESS", "skip": "SKIP",
            "crash": "CRASH"}.get(result, "FAIL")
    begin = f"Starting subtest: {subtest}\n"
    end = f"Subtest {subtest}: {word} ({seconds:.3f}s)\n"
    out = (f"IGT-Version: 0.1.0-b95cd52df (x86_64) (Linux: {kernel} x86_64)\n"
           "Using IGT_SRANDOM=1795251754 for randomisation\n"
           f"Opened device: /dev/dri/renderD128\n{begin}"
           "reclaim: 4096 pages freed, 4096 expected, 1 writes\n")
    err = begin
    if result in ("fail", "dmesg-fail"):
        err += (f"({binary}:214) CRITICAL: Test assertion failure function kept, file "
                "../tests/reclaim/oracles.c:57:\n"
                f"({binary}:214) CRITICAL: Failed assertion: resident == expected\n"
                f"({binary}:214) CRITICAL: pages behind an unsignalled fence stay: resident 0 "
                f"KiB, expected 16384 KiB{HOSTILE[0] if hostile else ''}\n")
        out += "Stack trace:\n  #0 [__igt_fail_assert+0x1a]\n  #1 [busy_is_kept+0x9c]\n"
    if result == "crash":
        err += "Received signal SIGSEGV.\nStack trace: \n #0 [purge+0x2a]\n"
    if result == "skip":
        out += (f"Test requirement not met in function need, file ../tests/{binary}.c:31:\n"
                "Test requirement: swap\nNo swap: the kernel has no zram\n")
    if result == "timeout":
        return out + extra, err + ("runner: This test was killed due to exceeding the per-test "
                                   "timeout. (limit 120 s)\n")
    if result == "warn":
        err += f"({binary}:214) WARNING: the shrinker came twice\n"
    return out + extra + end, err + extra + end


def put(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Job:
    """One process: what memory did, and what became of the machine."""

    def __init__(self, binary):
        self.binary, self.subtests, self.rows, self.states = binary, [], [], []

    def add(self, subtest, result, rows):
        self.subtests.append(subtest)
        self.rows += rows
        taint = "0x0->0x200" if result.startswith("dmesg") else "0x0->0x0"
        self.states.append(f"subtest={subtest}\ttaint={taint}\tdebug_locks=1->1\t"
                           f"oom_kills={int(result == 'crash')}\n")

    def put(self, folder, number):
        lines = ["# igt-reclaim memory 1", "\t".join(COLUMNS)]
        lines += ["\t".join([f"{row[0]:.6f}", *map(str, row[1:])]) for row in self.rows]
        # The last line is cut off, as after a power failure.
        put(folder, f"{number}/memory.txt", "\n".join(lines) + "\n12.3")
        put(folder, f"{number}/machine.txt", "".join(self.states))


def made_up_test(rng, clock, number, name, hostile, later):
    """(entry of results.json, rows of memory.txt)"""
    binary, subtest = name
    result = pick_result(rng, number, later)
    seconds = 120.0 if result == "timeout" else round(rng.expovariate(4) + 0.002, 3)
    if later and number == 19:
        seconds += 2.0
    bad = hostile and result != "pass"
    dmesg, warnings, start = kernel_log(rng, clock, binary, subtest, result, min(seconds, 3), bad)
    out, err = outputs(binary, subtest, result, seconds, KERNELS[later], bad)
    test = {"out": out, "err": err, "dmesg": dmesg,
            "igt-version": out.split("\n", 1)[0], "result": result,
            "time": {"__type__": "TimeAttribute", "start": 0.0, "end": seconds}}
    if warnings and result.startswith("dmesg"):
        test["dmesg-warnings"] = warnings
    return test, memory_rows(rng, start - 0.01, min(seconds, 3))


def put_run(folder, tests, jobs, took, later):
    """What is of the run as a whole."""
    results = {
        "__type__": "TestrunResult", "results_version": 10, "name": "made up",
        "uname": f"Linux igt-guest {KERNELS[later]} #1 SMP Sat Nov 21 08:07:06 UTC 2026 x86_64",
        "cmdline": ["igt_runner", "--per-test-timeout", "120", "/igt/libexec", "/results"],
        "time_elapsed": {"__type__": "TimeAttribute", "start": 1795251739.240783 + later * 86400,
                         "end": 1795251758.491433 + later * 86400 + took},
        "tests": tests}
    put(folder, "results.json", json.dumps(results, ensure_ascii=False))
    put(folder, "joblist.txt",
        "".join(f"{job.binary} {','.join(job.subtests)}\n" for job in jobs))
    put(folder, "machine-facts.txt",
        "Model: Khadas VIM3\nCompatible: khadas,vim3, amlogic,a311d, amlogic,g12b\n"
        "Memory: 3868024 kB\nrenderD128: panfrost, amlogic,meson-g12a-mali, arm,mali-bifrost\n")
    for number, job in enumerate(jobs):
        job.put(folder, number)


def make(folder, count, seed=1, hostile=False, later=False, multiple=False):
    """Writes the folder."""
    rng, clock, tests, jobs = random.Random(seed), Clock(), {}, []
    for number, (binary, subtest) in enumerate(names(count)):
        if later and number % 40 == 33:
            subtest += "-anew"
        test, rows = made_up_test(rng, clock, number, (binary, subtest), hostile, later)
        tests[f"igt@{binary}@{subtest}"] = test
        if not multiple or not jobs or jobs[-1].binary != binary:
            jobs.append(Job(binary))
        jobs[-1].add(subtest, test["result"], rows)
    tests["igt@suite_selfcheck"] = {
        "out": "", "err": "", "dmesg": "", "result": "incomplete" if not later else "pass"}
    tests["igt@kms_parts@planes@left"] = {"out": "", "err": "", "dmesg": "", "result": "notrun"}
    put_run(folder, tests, jobs, clock.now, later)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--tests", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--later", action="store_true")
    parser.add_argument("--multiple", action="store_true")
    args = parser.parse_args()
    make(args.folder, args.tests, args.seed, args.hostile, args.later, args.multiple)


if __name__ == "__main__":
    main()
