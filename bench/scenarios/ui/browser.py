"""One headless Chromium, driven over a pipe (https://chromedevtools.github.io/devtools-protocol/)."""

import fcntl
import json
import os
import subprocess
import tempfile
import time

# As in the end-to-end tests: root has no sandbox, and nothing here comes from outside.
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--window-size=1280,800", "--hide-scrollbars",
]
PATIENCE = 30
FIRST_FREE = 20


def high(descriptor):
    """The same pipe under a number that no redirection overwrites."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD, FIRST_FREE)
    os.close(descriptor)
    return copy


class Browser:
    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, self._out = map(high, os.pipe())
        self._in, theirs_out = map(high, os.pipe())
        command = ["chromium", *FLAGS, f"--user-data-dir={self._profile.name}"]
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *command],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer = b""
        self._last = 0
        self.events = []

    def call(self, method, session=None, **parameters):
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            answer = self._read()
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)
        raise TimeoutError(f"the browser did not answer {method}")

    def _read(self):
        while b"\0" not in self._buffer:
            data = os.read(self._in, 1 << 20)
            if not data:
                raise EOFError("the browser has ended")
            self._buffer += data
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def page(self):
        return Page(self)

    def close(self):
        try:
            self.call("Browser.close")
        except (EOFError, OSError):
            pass
        self._process.wait(timeout=PATIENCE)
        self._profile.cleanup()


class Page:
    """A window without cookies, storage and cache of others."""

    def __init__(self, browser):
        self._browser = browser
        self._context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self._context, width=1280, height=800)
        self._session = browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        # No more than this is switched on: who listens to scripts and to the network makes both slower than they are for a reader.
        self.call("Page.enable")

    def call(self, method, **parameters):
        return self._browser.call(method, session=self._session, **parameters)

    def first(self, script):
        """Runs before anything of a page that is gone to."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def go(self, url):
        self.call("Page.navigate", url=url)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression, seconds=PATIENCE):
        limit = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            if time.monotonic() > limit:
                raise TimeoutError(f"never true: {expression}")
            time.sleep(0.05)
        return value

    def mouse(self, kind, x, y, **parameters):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **parameters)

    def close(self):
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)
        self._browser.events.clear()
