#!/usr/bin/env bash
# Makes the environment in which test/triton runs a real Triton without a GPU: `test/triton/setup.sh [FOLDER]`, by default where the tests look for it.
# The server comes from PyPI's nvidia-pytriton (about 150 MB with what it needs). Its backends `onnxruntime` and `tensorrt` are stand-ins of our own, see
# backend/model.py. A folder that is whole is left as it is.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cache="${RCC_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/rcc}"
folder="${1:-${RCC_TRITON:-$cache/triton}}"
packages='nvidia-pytriton==0.7.0 tritonclient[grpc]==2.73.0 onnxruntime==1.32.0 pillow==13.0.0 numpy==1.26.4'
# Where one of these changes, the environment is made anew.
made="$(echo "$packages" | cat - "$0" "$here/backend/model.py" | sha256sum | cut -d' ' -f1)"
tell() { echo "$folder: Triton without a GPU, for the tests ($(du -sh "$folder" | cut -f1)). Remove the folder to be rid of it."; }
if [ "$(cat "$folder/made" 2> /dev/null)" = "$made" ]; then
  tell
  exit 0
fi
# Nothing that is not this script's is replaced.
if [ -e "$folder" ] && [ ! -e "$folder/made" ]; then
  echo "$folder exists and was not made by this script." >&2
  exit 1
fi
rm -rf "$folder.partial"
mkdir -p "$folder.partial/backends"
python3 -m venv "$folder.partial/venv"
# shellcheck disable=SC2086
"$folder.partial/venv/bin/python" -m pip --disable-pip-version-check --quiet install $packages
release="$("$folder.partial/venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
packages_folder="$folder.partial/venv/lib/python$release/site-packages"
cp "$here/../interop/telemetry_off.py" "$packages_folder"
triton="$packages_folder/pytriton/tritonserver"
cp -r "$triton/backends/python" "$folder.partial/backends/python"
cp "$triton/python_backend_stubs/$release/triton_python_backend_stub" "$folder.partial/backends/python"
for backend in onnxruntime tensorrt; do
  mkdir "$folder.partial/backends/$backend"
  cp "$here/backend/model.py" "$folder.partial/backends/$backend"
done
# perf_analyzer is in this older wheel alone; its two libraries come with the server. Without it one test is skipped.
perf="$folder.partial/perf"
mkdir "$perf"
if "$folder.partial/venv/bin/python" -m pip --disable-pip-version-check --quiet download --no-deps --only-binary=:all: \
  --platform manylinux1_x86_64 --dest "$perf" tritonclient==2.48.0; then
  python3 -m zipfile -e "$perf"/*.whl "$perf/wheel"
  cp "$perf"/wheel/*.data/data/bin/perf_analyzer "$perf"
  chmod +x "$perf/perf_analyzer"
  cp "$packages_folder"/nvidia_pytriton.libs/libb64-*.so.0d "$perf/libb64.so.0d"
  cp "$packages_folder"/nvidia_pytriton.libs/libcudart-*.so.12.* "$perf/libcudart.so.12"
  rm -rf "$perf/wheel" "$perf"/*.whl
fi
# Tests start these without knowing Python's release.
ln -s "venv/lib/python$release/site-packages" "$folder.partial/packages"
echo "$made" > "$folder.partial/made"
rm -rf "$folder"
mv "$folder.partial" "$folder"
tell
