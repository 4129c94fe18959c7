#!/bin/bash
# What artifacts/invar costs with a thousand components in modules; prints one JSON line. See bench/scenarios/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
exec python3 bench/scenarios/modules/measure.py "${INVAR_BINARY:-artifacts/invar}"
