#!/bin/bash
# The standard metrics load against artifacts/invar in steady state; prints one JSON line. See bench/scenarios/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

MEASURE=${MEASURE:-../shared/measure}
TARGET_COUNT=${TARGET_COUNT:-200}
SERIES=${SERIES:-1000}
CHURN=${CHURN:-0}
WARMUP=${WARMUP:-30}
SPAN=${SPAN:-60}
export INTERVAL=${INTERVAL:-10s}
binary=${INVAR_BINARY:-artifacts/invar}
config=${CONFIG:-bench/scenarios/metrics/config.alloy}

for tool in "$MEASURE/bin/genmetrics" "$MEASURE/bin/sink" "$MEASURE/run_metrics.sh" "$binary"; do
    [ -e "$tool" ] || { echo "cannot run the metrics scenario: $tool is missing (MEASURE names the folder of the measuring tools)" >&2; exit 1; }
done
for port in 3100 9200; do
    if curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$port/"; then
        echo "cannot run the metrics scenario: something already listens on 127.0.0.1:$port" >&2
        exit 1
    fi
done

scratch=$(mktemp -d)
started=()
cleanup() {
    [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT

export TARGETS=$scratch/targets.json
python3 - "$TARGET_COUNT" >"$TARGETS" <<'EOF'
import json, sys
print(json.dumps([{"targets": ["127.0.0.1:9200"], "labels": {"__metrics_path__": f"/t/{n}/metrics", "instance": f"target-{n}"}}
                  for n in range(int(sys.argv[1]))]))
EOF

"$MEASURE/bin/sink" -addr 127.0.0.1:3100 >"$scratch/sink.out" 2>&1 &
started+=($!)
"$MEASURE/bin/genmetrics" -addr 127.0.0.1:9200 -series "$SERIES" -churn "$CHURN" >"$scratch/genmetrics.out" 2>&1 &
started+=($!)
for url in http://127.0.0.1:3100/stats http://127.0.0.1:9200/t/0/metrics; do
    for _ in $(seq 100); do
        curl -s -o /dev/null "$url" && break
        sleep 0.1
    done
done

mkdir "$scratch/work"
result=$(WORK=$scratch/work bash "$MEASURE/run_metrics.sh" "$WARMUP" "$SPAN" -- \
    "$binary" run "$config" --storage.path="$scratch/data" --server.http.listen-addr=127.0.0.1:12399)

RESULT=$result python3 - "$(stat -c %s "$binary")" <<'EOF'
import json, os, re, sys
first, status = os.environ["RESULT"].strip().splitlines()[:2]
result = json.loads(first)
kib = dict(re.findall(r"(\w+):\s+(\d+) kB", status))
result["rss_mib"] = round(int(kib["VmRSS"]) / 1024, 1)
result["peak_rss_mib"] = round(int(kib["VmHWM"]) / 1024, 1)
result["binary_mib"] = round(int(sys.argv[1]) / 2**20, 1)
print(json.dumps(result))
if result["bad"] or not result["samples"]:
    sys.exit("the receiver could not read what came, or nothing came")
EOF
