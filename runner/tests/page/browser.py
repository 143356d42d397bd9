# SPDX-License-Identifier: MIT
"""A headless Chromium, spoken to in its DevTools protocol over a pair of pipes.

No driver, no port and no package of Python is needed: the browser reads commands
from its descriptor 3 and writes replies and events to 4, JSON with a NUL behind.
"""
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Of one command. A loaded machine is slow, a browser that hangs must not hang the test.
DEADLINE_S = 20


def find():
    """Path of a browser, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class BrowserError(Exception):
    """The browser is gone, does not answer, or refuses."""


class Browser:
    """One browser with one page. A context manager."""

    def __init__(self, path):
        self._home = tempfile.TemporaryDirectory(prefix="igt-page-")
        to_read, self._out = os.pipe()
        self._in, to_write = os.pipe()
        # The child's two ends become 3 and 4, whatever they are here.
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec 3<&{to_read} 4>&{to_write} "$@"', "sh", path,
             "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
             f"--user-data-dir={self._home.name}", "about:blank"],
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self._buffer = b""
        self._next = 0
        self._session = None
        self.complaints = []
        self.requests = []
        targets = self._call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=page["targetId"],
                                   flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        self._call("Performance.enable", timeDomain="threadTicks")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._out)
        os.close(self._in)
        # Its helpers are in its session and of its process group.
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        for _ in range(50):
            try:
                self._home.cleanup()
                return
            except OSError:
                time.sleep(0.02)

    def _read_message(self, deadline):
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise BrowserError("the browser does not answer")
            data = os.read(self._in, 1 << 20)
            if not data:
                raise BrowserError("the browser is gone")
            self._buffer += data
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _take_event(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append(str(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(str(params["entry"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def _call(self, method, **params):
        self._next += 1
        command = {"id": self._next, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data):]
        deadline = time.monotonic() + DEADLINE_S
        while True:
            message = self._read_message(deadline)
            if message.get("id") != self._next:
                self._take_event(message)
                continue
            if "error" in message:
                raise BrowserError(f"{method}: {message['error']}")
            return message["result"]

    def set_view(self, width, height, scheme="light", phone=False):
        """The size of the window and the colours that its user prefers."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                   deviceScaleFactor=2 if phone else 1, mobile=phone)
        self._call("Emulation.setEmulatedMedia",
                   features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path, fragment=""):
        """Loads a file; returns when its scripts have run."""
        self._call("Page.navigate", url="about:blank")
        self.wait_for("location.href === 'about:blank'")
        self._call("Page.navigate", url=f"file://{os.path.abspath(path)}{fragment}")
        self.wait_for("location.protocol === 'file:' && document.readyState === 'complete'")

    def run(self, script):
        """What the expression is, a promise's value included."""
        result = self._call("Runtime.evaluate", expression=script, awaitPromise=True,
                            returnByValue=True)
        if "exceptionDetails" in result:
            raise BrowserError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait_for(self, script):
        """Polls until the expression is true."""
        deadline = time.monotonic() + DEADLINE_S
        while not self.run(f"Boolean({script})"):
            if time.monotonic() > deadline:
                raise BrowserError(f"never true: {script}")
            time.sleep(0.01)

    def press(self, key, text=None):
        """A key, with the text that it types, if it types any."""
        for kind in ("keyDown", "keyUp"):
            params = {"type": kind, "key": key}
            if text and kind == "keyDown":
                params["text"] = text
            self._call("Input.dispatchKeyEvent", **params)

    def metrics(self):
        """Counts of the renderer, and seconds of its main thread's processor time."""
        return {metric["name"]: metric["value"]
                for metric in self._call("Performance.getMetrics")["metrics"]}

    def screenshot(self, path):
        """What the window shows, as PNG."""
        data = self._call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as image:
            image.write(base64.b64decode(data))
