#!/bin/bash
# The standard log load against artifacts/invar; prints one JSON line. See bench/scenarios/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

MEASURE=${MEASURE:-../shared/measure}
FILES=${FILES:-100}
MB=${MB:-500}
LIMIT=${LIMIT:-120}
binary=${INVAR_BINARY:-artifacts/invar}
config=${CONFIG:-bench/scenarios/logs/config.alloy}

for tool in "$MEASURE/bin/genlogs" "$MEASURE/bin/sink" "$MEASURE/run_logs.sh" "$binary"; do
    [ -e "$tool" ] || { echo "cannot run the log scenario: $tool is missing (MEASURE names the folder of the measuring tools)" >&2; exit 1; }
done
if curl -s -o /dev/null --max-time 1 http://127.0.0.1:3100/; then
    echo "cannot run the log scenario: something already listens on 127.0.0.1:3100" >&2
    exit 1
fi

scratch=$(mktemp -d)
sink=
cleanup() {
    [ -z "$sink" ] || kill "$sink" 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT

made=$("$MEASURE/bin/genlogs" -dir "$scratch/pods" -files "$FILES" -mb "$MB")
lines=$(sed -n 's/.*"lines":\([0-9]*\).*/\1/p' <<<"$made")
bytes=$(sed -n 's/.*"bytes":\([0-9]*\).*/\1/p' <<<"$made")

# Lines that the configuration drops (DROPS: a pattern) never arrive: they are not waited for, and are gaps to the sink.
if [ -n "${DROPS:-}" ]; then
    lines=$((lines - $(cat "$scratch"/pods/*/*/*.log | grep -c -- "$DROPS")))
fi

# What the same bytes cost on this machine in a program everybody has: a figure that travels.
TIMEFORMAT='%U %S'
read -r gzip_user gzip_system < <({ time find "$scratch/pods" -name '*.log' -exec gzip -1 -c {} + >/dev/null; } 2>&1)

"$MEASURE/bin/sink" -addr 127.0.0.1:3100 >"$scratch/sink.out" 2>&1 &
sink=$!
for _ in $(seq 100); do
    curl -s -o /dev/null http://127.0.0.1:3100/stats && break
    sleep 0.1
done

mkdir "$scratch/work"
# It ends with the exit code of the agent that it stopped: what it printed says how it went.
result=$(PODS=$scratch/pods WORK=$scratch/work bash "$MEASURE/run_logs.sh" "$lines" "$LIMIT" -- \
    "$binary" run "$config" \
    --storage.path="$scratch/data" --server.http.listen-addr=127.0.0.1:12399) || true

RESULT=$result python3 - "$lines" "$bytes" "$gzip_user" "$gzip_system" "$(stat -c %s "$binary")" <<'EOF'
import json, os, sys
text = os.environ["RESULT"].strip().splitlines()
if not text or not text[-1].startswith("{"):
    sys.exit("the log scenario gave no result:\n" + "\n".join(text))
result = json.loads(text[-1])
lines, size, user, system, binary = (float(value) for value in sys.argv[1:])
cpu, gzip = result["cpu_s"], user + system
result["input_mib"] = round(size / 2**20, 1)
result["input_mib_per_cpu_s"] = round(size / 2**20 / cpu, 1) if cpu else None
result["gzip1_cpu_s"] = round(gzip, 2)
result["cpu_per_gzip1"] = round(cpu / gzip, 2) if gzip else None
result["binary_mib"] = round(binary / 2**20, 1)
print(json.dumps(result))
# The measuring script says TIMEOUT, and goes on, when not every line arrived in time.
complete = len(text) == 1 and result["distinct"] == lines and result["dups"] == 0
complete = complete and (result["gaps"] == 0 or bool(os.environ.get("DROPS")))
sys.exit(0 if complete else 1)
EOF
