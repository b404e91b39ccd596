#!/usr/bin/env bash
# Makes the environment in which test/engines/openvino asks OpenVINO itself, as users make it: `rcc doctor --setup openvino` (about 100 MB from PyPI).
# One that is there and whole is left as it is.
set -euo pipefail
cd "$(dirname "$0")/../.."
rcc() { npm run --silent rcc -- "$@"; }
rcc doctor --target openvino > /dev/null 2>&1 || rcc doctor --setup openvino
