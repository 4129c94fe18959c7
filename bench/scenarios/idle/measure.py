"""Starts the binary STARTS times until /-/ready answers 200, leaves the last one alone for SECONDS, and prints one JSON line."""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

STARTS = 5
SECONDS = 30
PATIENCE = 20
ADDRESS = ("127.0.0.1", 12398)


def start(binary, config, storage):
    """Returns the process and the milliseconds from its start until it was ready."""
    began = time.monotonic()
    process = subprocess.Popen(
        [binary, "run", config, f"--storage.path={storage}", f"--server.http.listen-addr={ADDRESS[0]}:{ADDRESS[1]}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while time.monotonic() - began < PATIENCE:
        if process.poll() is not None:
            sys.exit(f"{binary} ended with exit code {process.returncode} before it was ready")
        try:
            connection = http.client.HTTPConnection(*ADDRESS, timeout=1)
            connection.request("GET", "/-/ready")
            if connection.getresponse().status == 200:
                return process, (time.monotonic() - began) * 1000
        except OSError:
            pass
        time.sleep(0.001)
    process.kill()
    sys.exit(f"{binary} was not ready after {PATIENCE} s")


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        sys.exit("the process did not stop within 30 s of SIGTERM")


def status_kib(process, field):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(binary, config):
    times = []
    for turn in range(STARTS):
        with tempfile.TemporaryDirectory() as storage:
            process, milliseconds = start(binary, config, storage)
            times.append(milliseconds)
            if turn < STARTS - 1:
                stop(process)
                continue
            # The first second is start-up work, such as reading the sample logs.
            time.sleep(1)
            before = cpu_seconds(process)
            time.sleep(SECONDS - 1)
            result = {
                "config": config,
                "ready_ms_median": round(statistics.median(times), 1),
                "ready_ms_max": round(max(times), 1),
                "idle_rss_mib": round(status_kib(process, "VmRSS") / 1024, 1),
                "idle_anonymous_mib": round(status_kib(process, "RssAnon") / 1024, 1),
                "peak_rss_mib": round(status_kib(process, "VmHWM") / 1024, 1),
                "idle_cores": round((cpu_seconds(process) - before) / (SECONDS - 1), 4),
                "threads": status_kib(process, "Threads"),
                "binary_mib": round(os.path.getsize(binary) / 2**20, 1),
            }
            stop(process)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
