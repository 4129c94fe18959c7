"""Loads a configuration of INSTANCES custom components with 20 inner components each, changes one, and prints one JSON line."""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

INSTANCES = int(os.environ.get("INSTANCES", "50"))
DECLARES = int(os.environ.get("DECLARES", "1"))  # INSTANCES: each has a declare block of its own
STARTS = int(os.environ.get("STARTS", "3"))
RELOADS = int(os.environ.get("RELOADS", "10"))
SETTLE = int(os.environ.get("SETTLE", "90"))  # the agent gives back what loads leave after 75 s
INNER = 20
CHANGED = 7
PATIENCE = 30
ADDRESS = ("127.0.0.1", int(os.environ.get("PORT", "12397")))
LOADED = re.compile(rb"config loaded in (\d+):(\d+):([\d.]+)")

SINKS = """loki.echo "sink" { }
prometheus.echo "sink" { }
"""


def declare(number):
    """Twenty components as they stand in the modules of people: targets and logs are relabelled, and lines parsed."""
    parts = ['declare "feature%d" {\n  argument "name" { }\n  argument "logs" { }\n  argument "metrics" { }\n' % number]
    logs, metrics = "argument.logs.value", "argument.metrics.value"
    targets = '[{ "__address__" = "localhost:80", "app" = argument.name.value }]'
    for i in range(6):
        parts.append(f"""  loki.process "p{i}" {{
    forward_to = {logs}
    stage.json {{
      expressions = {{ level = "", ts = "time", msg = "" }}
    }}
    stage.labels {{
      values = {{ level = "" }}
    }}
    stage.static_labels {{
      values = {{ app = argument.name.value }}
    }}
  }}
  loki.relabel "r{i}" {{
    forward_to = [loki.process.p{i}.receiver]
    rule {{
      source_labels = ["__meta_kubernetes_pod_label_app"]
      regex         = "(.+)-[0-9a-f]+"
      target_label  = "app"
    }}
  }}
""")
        logs = f"[loki.relabel.r{i}.receiver]"
    for i in range(4):
        parts.append(f"""  discovery.relabel "d{i}" {{
    targets = {targets}
    rule {{
      source_labels = ["__meta_kubernetes_pod_container_port_number"]
      regex         = "9[0-9]+"
      action        = "drop"
    }}
  }}
  prometheus.relabel "m{i}" {{
    forward_to = {metrics}
    rule {{
      source_labels = ["__name__"]
      regex         = "go_.+|process_.+"
      action        = "drop"
    }}
  }}
""")
        targets = f"discovery.relabel.d{i}.output"
        metrics = f"[prometheus.relabel.m{i}.receiver]"
    parts.append('  export "receiver" {\n    value = loki.relabel.r5.receiver\n  }\n}\n')
    return "".join(parts)


def configuration(version):
    parts = [SINKS] + [declare(number) for number in range(DECLARES)]
    for i in range(INSTANCES):
        name = f"name-{i}-{version}" if i == CHANGED else f"name-{i}"
        parts.append(
            f'feature{i % DECLARES} "f{i}" {{\n  name    = "{name}"\n  logs    = [loki.echo.sink.receiver]\n'
            "  metrics = [prometheus.echo.sink.receiver]\n}\n")
    return "".join(parts)


def call(method, path):
    connection = http.client.HTTPConnection(*ADDRESS, timeout=PATIENCE)
    connection.request(method, path)
    reply = connection.getresponse()
    return reply.status, reply.read()


class Agent:
    """A running agent, with its log in a file."""

    def __init__(self, binary, text, folder):
        self.config = os.path.join(folder, "config.alloy")
        self.write(text)
        self.log = os.path.join(folder, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [binary, "run", self.config, f"--storage.path={folder}", f"--server.http.listen-addr={ADDRESS[0]}:{ADDRESS[1]}",
                 "--stability.level=experimental"],
                stdout=subprocess.DEVNULL, stderr=log)
        began = time.monotonic()
        while True:
            try:
                if call("GET", "/-/ready")[0] == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() - began > PATIENCE:
                self.process.kill()
                with open(self.log, encoding="utf-8") as log:
                    sys.exit(f"{binary} was not ready:\n{log.read()[-2000:]}")
            time.sleep(0.002)

    def write(self, text):
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(text)

    def loads(self):
        """Milliseconds of each load so far."""
        with open(self.log, "rb") as log:
            return [(int(h) * 3600 + int(m) * 60 + float(s)) * 1000 for h, m, s in LOADED.findall(log.read())]

    def memory(self):
        """Resident bytes, and those of them that are not pages of the program."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            sizes = dict(line.split(":", 1) for line in status)
        return [int(sizes[field].split()[0]) * 1024 for field in ("VmRSS", "RssAnon")]

    def evaluations(self):
        metrics = call("GET", "/metrics")[1].decode()
        return int(float(re.search(r"^alloy_component_evaluation_seconds_count\{[^}]*\} (\S+)", metrics, re.M).group(1)))

    def components(self):
        """When each component became healthy: one that is made anew has a new time."""
        nodes, modules = {}, [""]
        while modules:
            path = f"/api/v0/web/modules/{modules.pop()}/components" if nodes else "/api/v0/web/components"
            for node in json.loads(call("GET", path)[1]):
                module = node.get("moduleID", "")
                nodes[f"{module}/{node['localID']}"] = node["health"].get("updatedTime")
                modules += node.get("createdModuleIDs") or []
        return nodes

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)


def start(binary, text):
    folder = tempfile.TemporaryDirectory()
    agent = Agent(binary, text, folder.name)
    agent.folder = folder
    return agent


def settled(binary, text):
    agent = start(binary, text)
    time.sleep(SETTLE)
    return agent, agent.memory()


def main(binary):
    loads = []
    for _ in range(STARTS - 1):
        agent = start(binary, configuration(0))
        loads += agent.loads()[:1]
        agent.stop()
    empty, nothing = settled(binary, SINKS)
    empty.stop()
    agent, memory = settled(binary, configuration(0))
    loads += agent.loads()[:1]
    before, evaluated = agent.components(), agent.evaluations()
    replies = []
    for version in range(1, RELOADS + 1):
        agent.write(configuration(version))
        began = time.monotonic()
        status, body = call("POST", "/-/reload")
        replies.append((time.monotonic() - began) * 1000)
        if status != 200:
            sys.exit(f"the reload was refused: {body.decode()}")
    reloads = agent.loads()[1:]
    after = agent.components()
    time.sleep(1)
    evaluations = (agent.evaluations() - evaluated) / RELOADS
    agent.stop()
    made_anew = sorted(node for node in after if after[node] != before.get(node))
    print(json.dumps({
        "components": len(before),
        "load_ms_median": round(statistics.median(loads), 1),
        "load_ms_max": round(max(loads), 1),
        "reload_ms_median": round(statistics.median(reloads), 1),
        "reload_ms_max": round(max(reloads), 1),
        "reload_reply_ms_max": round(max(replies), 1),
        "evaluations_per_reload": round(evaluations, 1),
        "made_anew": len(made_anew),
        "rss_mib": round(memory[0] / 2**20, 1),
        "empty_rss_mib": round(nothing[0] / 2**20, 1),
        "rss_bytes_per_inner_component": round((memory[0] - nothing[0]) / (INSTANCES * INNER)),
        "anonymous_bytes_per_inner_component": round((memory[1] - nothing[1]) / (INSTANCES * INNER)),
    }))
    if made_anew:
        sys.exit(f"made anew though only arguments changed: {made_anew[:5]}")


if __name__ == "__main__":
    main(sys.argv[1])
