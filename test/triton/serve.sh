#!/usr/bin/env bash
# Serves a model repository with the Triton that setup.sh made, on this machine alone, until it is ended: `test/triton/serve.sh REPOSITORY [HTTP_PORT GRPC_PORT]`.
set -euo pipefail
cache="${RCC_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/rcc}"
folder="${RCC_TRITON:-$cache/triton}"
packages="$folder/packages"
export LD_LIBRARY_PATH="$packages/nvidia_pytriton.libs"
exec "$packages/pytriton/tritonserver/bin/tritonserver" \
  --model-repository="$1" --backend-directory="$folder/backends" \
  --http-address 127.0.0.1 --http-port "${2:-8000}" --grpc-address 127.0.0.1 --grpc-port "${3:-8001}" \
  --allow-metrics false --disable-auto-complete-config --strict-readiness true --exit-timeout-secs 5
