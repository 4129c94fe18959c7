#!/bin/bash
# An outage of the receiver under a steady load, against artifacts/invar: what memory and disk it takes, and whether everything
# arrives afterwards. Prints one JSON line. See bench/scenarios/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

MEASURE=${MEASURE:-../shared/measure}
RATE=${RATE:-10000}
HEALTHY=${HEALTHY:-60}
OUTAGE=${OUTAGE:-600}
CATCH_UP=${CATCH_UP:-180}
binary=${INVAR_BINARY:-artifacts/invar}
config=${CONFIG:-bench/scenarios/logs/config.alloy}

for tool in "$MEASURE/bin/genlogs" "$MEASURE/bin/sink" "$binary"; do
    [ -e "$tool" ] || { echo "cannot run the outage scenario: $tool is missing (MEASURE names the folder of the measuring tools)" >&2; exit 1; }
done
if curl -s -o /dev/null --max-time 1 http://127.0.0.1:3100/; then
    echo "cannot run the outage scenario: something already listens on 127.0.0.1:3100" >&2
    exit 1
fi

scratch=$(mktemp -d)
cleanup() {
    kill $(jobs -p) 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT

"$MEASURE/bin/sink" -addr 127.0.0.1:3100 >"$scratch/sink.out" 2>&1 &
mkdir "$scratch/pods"
"$MEASURE/bin/genlogs" -dir "$scratch/pods" -files 50 -rate "$RATE" -for "$((HEALTHY + OUTAGE + 30))s" >"$scratch/made.json" &
writer=$!
sleep 1
PODS=$scratch/pods "$binary" run "$config" --storage.path="$scratch/data" --server.http.listen-addr=127.0.0.1:12399 >"$scratch/agent.out" 2>&1 &
agent=$!

rss() { awk '/VmRSS/{print $2}' "/proc/$agent/status"; }
most() { # most SECONDS: the highest resident memory seen, in KiB
    local end=$(($(date +%s) + $1)) top=0 now
    while [ "$(date +%s)" -lt "$end" ]; do
        now=$(rss)
        [ "$now" -le "$top" ] || top=$now
        sleep 1
    done
    echo "$top"
}

healthy=$(most "$HEALTHY")
curl -s -o /dev/null -X POST '127.0.0.1:3100/mode?status=503'
outage=$(most "$OUTAGE")
disk=$(du -sk "$scratch/data" | cut -f1)
curl -s -o /dev/null -X POST '127.0.0.1:3100/mode?status=0'
wait "$writer"
lines=$(sed -n 's/.*"lines":\([0-9]*\).*/\1/p' "$scratch/made.json")
started=$(date +%s)
while [ "$(curl -s 127.0.0.1:3100/stats | sed -n 's/.*"distinct_lines":\([0-9]*\).*/\1/p')" -lt "$lines" ] && [ $(($(date +%s) - started)) -lt "$CATCH_UP" ]; do
    sleep 1
done
STATS=$(curl -s 127.0.0.1:3100/stats) python3 - "$lines" "$healthy" "$outage" "$(rss)" "$disk" "$(($(date +%s) - started))" <<'PY'
import json, os, sys
lines, healthy, outage, after, disk, waited = map(int, sys.argv[1:])
stats = json.loads(os.environ["STATS"])
print(json.dumps(dict(
    lines=lines, missing=lines - stats["distinct_lines"], dups=stats["dups"], healthy_rss_mib=round(healthy / 1024, 1),
    outage_rss_mib=round(outage / 1024, 1), ratio=round(outage / healthy, 3), after_rss_mib=round(after / 1024, 1),
    disk_mib=round(disk / 1024, 1), wait_after_the_last_line_s=waited)))
PY
