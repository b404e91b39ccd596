#!/bin/sh
# A deployment pipeline: compile, verify, bench, check. It ends at the first step that is not acceptable, with rcc's exit code.
#
#     deploy.sh SPEC PRECISION FOLDER [OPTION…]
#     deploy.sh resnet50_vd.rn fp16 artifacts/resnet50_vd --weights ResNet50_vd_pretrained.pdparams
#
# FOLDER then holds the artifact (model.onnx, engine, manifest.json) and bench.json beside it. Options go to every step that makes an engine.
# RCC is the command that starts rcc, default rcc; TRTEXEC tells where TensorRT is: without it and a GPU the embedded engine is built.
set -eu

usage='usage: deploy.sh SPEC PRECISION FOLDER [OPTION…]'
spec=${1:?$usage} precision=${2:?$usage} folder=${3:?$usage}
shift 3
rcc=${RCC:-rcc}

step() {
  echo "== $*"
  # RCC may be several words.
  $rcc "$@"
}

step compile "$spec" "--$precision" --no-time -o "$folder" "$@"
step verify "$spec" "--$precision" "$@"
step bench "$spec" "--$precision" -o "$folder/bench.json" "$@"

# On the machine that serves the model: is the artifact whole, and does its engine fit?
step check-engine "$folder"
