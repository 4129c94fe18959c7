"""What the web UI costs with a large configuration. The environment says what is measured; see bench/scenarios/README.md."""

import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from browser import Browser
from configuration import configuration, shape

COMPONENTS = int(os.environ.get("COMPONENTS", 300))
TARGETS = int(os.environ.get("TARGETS", 5000))
SPAN = float(os.environ.get("SPAN", 60))
FRAME_SPAN = float(os.environ.get("FRAME_SPAN", 20))
TURNS = int(os.environ.get("TURNS", 10))
SETTLE = float(os.environ.get("SETTLE", 20))
PARTS = os.environ.get("PARTS", "first frames cpu").split()
VIEWS = os.environ.get("VIEWS", "graph targets components files endpoints live").split()
# Of the table, in a window 800 pixels high.
FIRST_ROWS = 12
# In seconds, from the opening of a window until the browser is done with what that takes itself.
WINDOW_SETTLES = 2
HERE = os.path.dirname(os.path.abspath(__file__))
PATHS = {"components": ""}

# When the last of the first WANTED texts of a view was presented, in milliseconds from the start of the navigation
# (https://developer.mozilla.org/docs/Web/API/PerformanceElementTiming): marked before they are drawn, as the page makes them.
PRESENTED = """
(() => {
  let marked = 0, seen = 0;
  const mark = () => {
    for (const text of document.querySelectorAll("WHAT:not([elementtiming])")) {
      if (marked === WANTED) return;
      marked++;
      text.setAttribute("elementtiming", "first");
    }
  };
  new MutationObserver(mark).observe(document, { childList: true, subtree: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      seen++;
      window.last = Math.max(window.last ?? 0, entry.renderTime);
    }
    if (seen === WANTED) window.presented = window.last;
  }).observe({ type: "element", buffered: true });
})()
"""

RECEIVED = """
performance.getEntries().filter((entry) => entry.transferSize > 0 && entry.responseEnd <= presented).reduce((sum, entry) => sum + entry.transferSize, 0)
"""

FRAMES = "window.frameTimes = []; (function next(time) { frameTimes.push(time); requestAnimationFrame(next); })(performance.now())"


class Agent:
    """The binary with a configuration, and what it reads from and writes to."""

    def __init__(self, binary, scratch, text):
        self._path = os.path.join(scratch, "config.alloy")
        with open(self._path, "w", encoding="utf-8") as file:
            file.write(text)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{taken.getsockname()[1]}"
        self._log = open(os.path.join(scratch, "agent.log"), "wb")
        self._process = subprocess.Popen(
            [binary, "run", self._path, f"--storage.path={scratch}/data", f"--server.http.listen-addr={self.address}"],
            stdout=self._log, stderr=subprocess.STDOUT,
        )
        self._wait()

    def _wait(self):
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            try:
                with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        self._process.kill()
        sys.exit("the agent was not ready after 30 s")

    def ask(self, path):
        with urllib.request.urlopen(f"http://{self.address}/api/v1/{path}", timeout=30) as answer:
            return json.load(answer)["data"]

    def cpu(self):
        """CPU seconds since its start."""
        with open(f"/proc/{self._process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field):
        """In MiB."""
        with open(f"/proc/{self._process.pid}/status", encoding="ascii") as status:
            return round(next(int(line.split()[1]) for line in status if line.startswith(field + ":")) / 1024, 1)

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)
        self._log.close()


@contextlib.contextmanager
def running(binary):
    """An agent under its load: targets that answer, and log files that grow by a line a second."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        sink = subprocess.Popen([sys.executable, os.path.join(HERE, "sink.py")], stdout=subprocess.PIPE)
        ended = threading.Event()
        agent = None
        try:
            port = int(sink.stdout.readline())
            logs = os.path.join(scratch, "logs")
            files = [os.path.join(logs, str(number), "app.log") for number in range(shape(COMPONENTS)[1])]
            for file in files:
                os.makedirs(os.path.dirname(file))
            threading.Thread(target=write, args=(files, ended), daemon=True).start()
            agent = Agent(binary, scratch, configuration(COMPONENTS, TARGETS, port, logs))
            yield agent
        finally:
            if agent:
                agent.stop()
            ended.set()
            sink.kill()
            sink.wait()


def write(files, ended):
    number = 0
    while not ended.wait(1):
        number += 1
        for path in files:
            with open(path, "a", encoding="ascii") as file:
                file.write(f"level=info number={number} msg=\"something has happened\"\n")


def first_view(browser, agent, path):
    """
    Milliseconds from the start of the navigation until the view is on the screen, and bytes received until then; nothing is cached. The window is
    there already, as a reader's is: a browser that opens one loads pages of its own for its tabs and menus, which would be measured, too.
    """
    what, wanted = (".box-kind", len(agent.ask("graph")["nodes"])) if path == "graph" else ("tbody .badge", min(FIRST_ROWS, COMPONENTS))
    page = browser.page()
    page.first(PRESENTED.replace("WHAT", what).replace("WANTED", str(wanted)))
    time.sleep(WINDOW_SETTLES)
    page.go(f"http://{agent.address}/{path}")
    presented = page.until("window.presented")
    received = page.evaluate(RECEIVED)
    page.close()
    return presented, received


def frames(browser, agent, path, move):
    """Frames a second by the median interval, and in the worst second, while the page refreshes and somebody moves about in it."""
    page = browser.page()
    page.go(f"http://{agent.address}/{path}")
    page.until("document.querySelector('.react-flow__node-component, table tbody tr') !== null")
    time.sleep(2)
    page.evaluate(FRAMES)
    end = time.monotonic() + FRAME_SPAN
    while time.monotonic() < end:
        move(page)
    times = page.evaluate("frameTimes")
    page.close()
    gaps = [after - before for before, after in zip(times, times[1:])]
    within = (sum(1 for time in times if start <= time < start + 1000) for start in times if start + 1000 <= times[-1])
    return {"p50": round(1000 / statistics.median(gaps), 1), "worst_second": min(within), "longest_ms": round(max(gaps), 1)}


def explore(page):
    """Zooms in and out, and drags the graph about, at the pace of a hand."""
    for step in range(40):
        page.mouse("mouseWheel", 640, 450, deltaX=0, deltaY=-60 if step < 20 else 60)
        time.sleep(0.02)
    page.mouse("mousePressed", 640, 120, button="left", clickCount=1)
    for step in range(40):
        page.mouse("mouseMoved", 640 + 8 * (20 - abs(20 - step)), 120 + 5 * (20 - abs(20 - step)), button="left", buttons=1)
        time.sleep(0.02)
    page.mouse("mouseReleased", 640, 120, button="left", clickCount=1)


def scroll(page):
    for step in range(40):
        page.mouse("mouseWheel", 640, 450, deltaX=0, deltaY=120 if step < 20 else -120)
        time.sleep(0.02)


def cpu(agent):
    """CPU seconds a second."""
    began, before = time.monotonic(), agent.cpu()
    time.sleep(SPAN)
    return (agent.cpu() - before) / (time.monotonic() - began)


def serving(browser, agent):
    """Cores that one open page costs the agent: with it, less without it. Scrapes are spread over 60 s, so spans are multiples of that."""
    without = cpu(agent)
    costs = {}
    for view in VIEWS:
        page = browser.page()
        page.go(f"http://{agent.address}/{PATHS.get(view, view)}")
        time.sleep(3)
        costs[view] = round(cpu(agent) - without, 4)
        page.close()
    return {"cores_without": round(without, 4), "cores_of_view": costs}


def main(binary):
    result = {}
    with running(binary) as agent:
        graph = agent.ask("graph")
        result["components"], result["targets"] = len(graph["nodes"]), sum(agent.ask("scrape-targets?size=1")["counts"].values())
        time.sleep(SETTLE)
        if "rss" in PARTS:
            result["rss_mib"], result["anonymous_mib"] = agent.memory("VmRSS"), agent.memory("RssAnon")
        if PARTS != ["rss"]:
            browser = Browser()
            try:
                result.update(look(browser, agent))
            finally:
                browser.close()
        result["counts"] = agent.ask("scrape-targets?size=1")["counts"]
    result["binary_mib"] = round(os.path.getsize(binary) / 2**20, 2)
    print(json.dumps(result))


def look(browser, agent):
    result = {}
    if "first" in PARTS:
        # The first turn warms up the browser, and is not counted.
        for name, path in (("first_view", ""), ("graph_view", "graph")):
            turns = [first_view(browser, agent, path) for _ in range(TURNS + 1)][1:]
            result[f"{name}_ms"] = round(statistics.median(turn[0] for turn in turns), 1)
            result[f"{name}_ms_max"] = round(max(turn[0] for turn in turns), 1)
            result[f"{name}_kb"] = round(max(turn[1] for turn in turns) / 1000, 1)
    if "frames" in PARTS:
        result["graph_frames"] = frames(browser, agent, "graph", explore)
        result["targets_frames"] = frames(browser, agent, "targets", scroll)
    if "cpu" in PARTS:
        result.update(serving(browser, agent))
    return result


if __name__ == "__main__":
    main(sys.argv[1])
