#!/bin/bash
# What the web UI of artifacts/invar costs, in a browser and in the agent; prints one JSON line. See bench/scenarios/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
binary=${INVAR_BINARY:-artifacts/invar}
for tool in "$binary" "$(command -v chromium || echo chromium)"; do
    [ -x "$tool" ] || { echo "cannot run the UI scenario: $tool is missing (make build; build/peers brings the browser)" >&2; exit 1; }
done
PYTHONDONTWRITEBYTECODE=1 exec python3 bench/scenarios/ui/measure.py "$binary"
