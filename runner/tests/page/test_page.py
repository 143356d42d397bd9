#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens the pages of igt_report in a headless Chromium and uses them as people do.

usage: test_page.py IGT_REPORT FOLDER

Prints TAP. Pages and screenshots stay in FOLDER. Without a browser all is skipped.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import traceback

import browser
import make_results

BIG = 20_000
BIG_MAX_BYTES = 15_000_000
# Of processor time in the page, which a loaded machine does not stretch.
BIG_MAX_S = 2.0
WARNED = "panfrost_madvise@pinned-is-told"


class Case:
    """What the checks share: the tool, the folder, the browser."""

    def __init__(self, tool, folder, window):
        self.tool, self.folder, self.window = tool, folder, window

    def path(self, name):
        return os.path.join(self.folder, name)

    def report(self, output, *words):
        """Runs igt_report; returns the path of what it wrote."""
        run = subprocess.run([self.tool, *words, "--output", self.path(output)], check=False)
        assert run.returncode in (0, 1), f"igt_report {words} ended with {run.returncode}"
        return self.path(output)

    def rows(self):
        return self.window.run("document.querySelectorAll('#list a').length")

    def text(self, selector):
        return self.window.run(f"document.querySelector({json.dumps(selector)}).textContent")

    def shot(self, name):
        self.window.screenshot(self.path(name))
        with open(self.path(name), "rb") as image:
            return struct.unpack(">II", image.read(24)[16:24])

    def opened(self, name):
        """Waits until the details of a subtest are there."""
        self.window.wait_for(f"document.querySelector('#detail h1')?.textContent === "
                             f"{json.dumps(name)}")

    def choose(self, chip):
        self.window.run(f"[...document.querySelectorAll('#chips button')].find((button) => "
                        f"button.textContent.startsWith('{chip} ')).click()")


def all_is_there(case):
    """The head says what summary says, each subtest has a cell and a place in the list."""
    window = case.window
    window.set_view(1400, 900)
    window.open(case.path("hostile.html"))
    summary = subprocess.run([case.tool, "summary", case.path("hostile")], check=False,
                             stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    assert f"{case.text('#verdict')}: {case.text('#headline')}" == summary
    count = window.run("tests.length")
    assert count > 100
    assert window.run("document.querySelectorAll('#matrix .cell').length") == count
    assert case.rows() == count
    assert case.text("#list a .word") == "CRASH", "the worst is first"
    assert "Khadas VIM3" in case.text("#about")
    assert "amlogic,g12b" in case.text("#detail .facts")
    assert case.shot("run-light.png") == (1400, 900)


def filters_work(case):
    """By result, by words, by binary; in the address, so that it can be sent; and back."""
    window = case.window
    window.open(case.path("hostile.html"))
    total = case.rows()
    case.choose("fail")
    fails = case.rows()
    assert 0 < fails < total
    assert window.run("[...document.querySelectorAll('#list .word')]"
                      ".every((word) => word.textContent === 'FAIL')")
    assert window.run("document.querySelectorAll('#matrix .cell:not(.off)').length") == fails
    case.choose("crash")
    assert case.rows() == fails + 1
    window.run("document.querySelector('#query').focus()")
    for key in "jobs@":
        window.press(key, key)
    window.wait_for(f"document.querySelectorAll('#list a').length < {fails}")
    assert "panfrost_jobs" in case.text("#list a .name")
    address = window.run("location.hash")
    shown = case.rows()
    window.open(case.path("hostile.html"), address)
    assert case.rows() == shown, "the address holds the choice"
    window.run("byId('query').value = 'nothing has this name'; "
               "byId('query').dispatchEvent(new Event('input'))")
    window.wait_for("!byId('empty').hidden")
    window.run("byId('clear').click()")
    assert case.rows() == total
    window.run("document.querySelector('#matrix .name').click()")
    assert case.text("#count").startswith("42 of ")
    window.run("byId('order').value = 'slow'; byId('order').dispatchEvent(new Event('change'))")
    assert case.text("#list a .time") == "2 min 0 s"


def a_subtest_tells_all(case):
    """Reason first, then the machine, memory with its marks, kernel log, outputs."""
    window = case.window
    window.open(case.path("hostile.html"))
    window.run("[...document.querySelectorAll('#list a')].find((link) => "
               f"link.querySelector('.name').textContent === '{WARNED}').click()")
    case.opened(WARNED)
    parts = window.run("[...document.querySelector('#detail').children]"
                       ".map((part) => part.className || part.tagName)")
    assert parts.index("reason kernel") < parts.index("FIGURE") < parts.index("log"), parts
    assert "drm_gem_shmem_purge" in case.text("#detail .reason")
    assert "taint 0x0 -> 0x200" in case.text("#detail")
    window.wait_for("document.querySelector('#detail svg path.series')")
    assert window.run("document.querySelectorAll('#detail svg path.series').length") == 8
    assert window.run("[...document.querySelectorAll('#detail path.series')]"
                      ".every((path) => path.getTotalLength() > 100)"), "lines are drawn"
    assert window.run("document.querySelectorAll('#detail svg line.reclaim').length") > 0
    assert window.run("document.querySelectorAll('#detail svg line.warning').length") == 1
    assert "freed" in case.text("#detail .marks")
    assert window.run("[...document.querySelectorAll('#detail .log .warning')]"
                      ".some((line) => line.textContent.includes('cut here'))")
    window.run("document.querySelector('#detail summary').click()")
    window.wait_for("document.querySelectorAll('#detail table tbody tr').length > 1")
    case.shot("subtest-light.png")
    window.run("history.back()")
    window.wait_for("document.querySelector('#detail .facts')")


def keys_suffice(case):
    """List, matrix and plot can be used without a pointer."""
    window = case.window
    window.open(case.path("hostile.html"))
    window.press("j", "j")
    window.wait_for("view.open === view.shown[0]")
    window.press("j", "j")
    window.wait_for("view.open === view.shown[1]")
    window.press("k", "k")
    window.wait_for("view.open === view.shown[0]")
    window.press("/", "/")
    assert window.run("document.activeElement.id") == "query"
    window.press("Escape")
    window.run("document.querySelector('#matrix .cell[tabindex=\"0\"]').focus()")
    for key, test in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        window.press(key)
        assert window.run("Number(document.activeElement.dataset.index)") == test
    window.press("ArrowDown")
    below = window.run("Number(document.activeElement.dataset.index)")
    assert below > 10
    window.press("ArrowUp")
    assert window.run("Number(document.activeElement.dataset.index)") == 1
    window.press("Enter")
    case.opened(window.run("tests[1].name"))
    window.wait_for("document.querySelector('#detail svg')")
    window.run("document.querySelector('#detail svg').focus()")
    window.press("ArrowRight")
    assert "MemAvailable" in case.text("#detail .readout")


def contrast_is_enough(case):
    """Texts have 4.5 to 1 against what is behind them, in both schemes (WCAG AA)."""
    window = case.window
    for scheme in ("light", "dark"):
        window.set_view(1400, 900, scheme)
        window.open(case.path("hostile.html"), f"#t={WARNED}")
        case.opened(WARNED)
        poor = window.run(CONTRAST)
        assert not poor, f"{scheme}: {poor}"
    case.shot("subtest-dark.png")


# The texts of the page whose colour is too near that of the nearest background.
CONTRAST = """(() => {
    const light = (color) => {
        const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
            const c = part / 255;
            return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (; element; element = element.parentElement) {
            const color = getComputedStyle(element).backgroundColor;
            if (color !== 'rgba(0, 0, 0, 0)')
                return color;
        }
        return 'rgb(255, 255, 255)';
    };
    const poor = new Map();
    for (const element of document.body.querySelectorAll('*')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !element.checkVisibility() || element.disabled || /^(SCRIPT|NOSCRIPT|OPTION)$/.test(element.tagName))
            continue;
        const style = getComputedStyle(element);
        const text = light(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
        const back = light(behind(element));
        const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
        if (ratio < 4.5)
            poor.set(`${element.tagName}.${element.getAttribute('class')}`, ratio.toFixed(2));
    }
    return [...poor].join(' ');
})()"""


def a_phone_shows_one_thing(case):
    """Nothing is wider than a phone; a subtest covers the list, and goes away again."""
    window = case.window
    window.set_view(390, 844, "dark", phone=True)
    window.open(case.path("hostile.html"))
    assert window.run("document.documentElement.scrollWidth") <= 390
    assert not window.run("byId('detail').checkVisibility()")
    assert case.shot("run-phone.png") == (780, 1688)
    window.run(f"openTest(byName.get('{WARNED}'), true)")
    case.opened(WARNED)
    window.wait_for("document.querySelector('#detail svg')")
    assert window.run("byId('detail').scrollWidth") <= 390
    case.shot("subtest-phone.png")
    window.run("document.querySelector('#detail .back').click()")
    assert not window.run("byId('detail').checkVisibility()")
    window.run("byId('run').click()")
    assert window.run("document.querySelector('#detail .facts').checkVisibility()")


def markup_is_text(case):
    """What test and kernel say runs nowhere and makes no element."""
    window = case.window
    window.set_view(1400, 900)
    window.open(case.path("hostile.html"))
    for index in range(window.run("tests.length")):
        if window.run(f"tests[{index}].word === 'PASS'"):
            continue
        window.run(f"openTest(tests[{index}], true)")
        case.opened(window.run(f"tests[{index}].name"))
        assert not window.run("document.querySelector('main img, main script, main b img')")
    window.run(f"openTest(byName.get('{WARNED}'), true)")
    case.opened(WARNED)
    shown = case.text("#detail")
    for text in make_results.HOSTILE[:3]:
        assert text in shown, f"{text} is not shown as it is"
    assert "\u202e" not in shown, "nothing turns the direction of what follows"
    assert window.run("typeof window.broken") == "undefined"


def a_comparison_works(case):
    """Groups, filters and facts of two runs."""
    window = case.window
    page = case.report("compare.html", "compare", "--html", case.path("hostile"),
                       case.path("later"))
    window.set_view(1400, 900)
    window.open(page)
    text = subprocess.run([case.tool, "compare", case.path("hostile"), case.path("later")],
                          check=False, stdout=subprocess.PIPE, text=True).stdout
    assert case.text("#headline") == text.splitlines()[-1]
    groups = window.run("[...document.querySelectorAll('.group')].map((row) => row.textContent)")
    assert groups[0] == "broken" and "fixed" in groups and "as before" not in groups, groups
    assert "Kernel" in case.text("#about")
    case.choose("as before")
    assert window.run("document.querySelectorAll('#rows tbody tr').length") > 100
    case.choose("as before")
    case.choose("slower")
    assert window.run("document.querySelectorAll('#rows tbody tr:not(.group)').length") == 1
    case.shot("compare-light.png")
    window.set_view(390, 844, "dark", phone=True)
    window.open(page)
    assert window.run("document.documentElement.scrollWidth") <= 390
    case.shot("compare-phone.png")


def twenty_thousand_are_fast(case):
    """A very large run is there in two seconds and below 15 MB."""
    make_results.make(case.path("big"), BIG, multiple=True)
    page = case.report("big.html", "html", case.path("big"))
    shutil.rmtree(case.path("big"))
    size = os.path.getsize(page)
    assert size < BIG_MAX_BYTES, f"{size} B"
    # Numbers of a browser that has done nothing else.
    with browser.Browser(browser.find()) as window:
        window.set_view(1400, 900)
        window.open(page)
        window.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        seconds = window.metrics()["TaskDuration"]
        print(f"# {size / 1e6:.1f} MB, {seconds:.2f} s of processor time")
        assert seconds < BIG_MAX_S, seconds
        use_big(case, window)


def use_big(case, window):
    """Filters and details of the large page."""
    assert window.run("document.querySelectorAll('#matrix .cell').length") > BIG * 0.99
    window.run("byId('query').value = 'stays-7'; byId('query').dispatchEvent(new Event('input'))")
    window.wait_for("view.shown.length < 500")
    window.run("document.querySelector('#list a').click()")
    window.wait_for("document.querySelector('#detail svg path.series')")
    window.screenshot(case.path("big.png"))
    assert not window.complaints, window.complaints


def nobody_complained(case):
    """The console stayed silent and nothing but the pages was fetched."""
    assert not case.window.complaints, case.window.complaints
    other = [url for url in case.window.requests if not url.startswith(("file://", "data:"))
             and url != "about:blank"]
    assert not other, other


CHECKS = (all_is_there, filters_work, a_subtest_tells_all, keys_suffice, contrast_is_enough,
          a_phone_shows_one_thing, markup_is_text, a_comparison_works, twenty_thousand_are_fast,
          nobody_complained)


def main():
    tool, folder = sys.argv[1:]
    path = browser.find()
    if not path:
        print("1..0 # SKIP no Chromium: install chromium-headless-shell or chromium")
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    make_results.make(os.path.join(folder, "hostile"), 120, hostile=True)
    make_results.make(os.path.join(folder, "later"), 120, later=True)
    failed = 0
    print(f"1..{len(CHECKS)}")
    with browser.Browser(path) as window:
        case = Case(tool, folder, window)
        case.report("hostile.html", "html", os.path.join(folder, "hostile"))
        for number, check in enumerate(CHECKS, 1):
            begin = time.monotonic()
            try:
                check(case)
                print(f"# {time.monotonic() - begin:.1f} s")
                print(f"ok {number} - {check.__name__}", flush=True)
            except (AssertionError, browser.BrowserError) as error:
                failed += 1
                traceback.print_exc()
                print(f"not ok {number} - {check.__name__} {error}".split("\n", 1)[0], flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
