#!/bin/bash
# What artifacts/invar costs while nothing happens; prints one JSON line. See bench/scenarios/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
exec python3 bench/scenarios/idle/measure.py "${INVAR_BINARY:-artifacts/invar}" "${1:-config/quickstart.alloy}"
