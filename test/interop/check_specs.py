#!/usr/bin/env python3
"""Compiles specs to ONNX and lets other tools judge every file: check_specs.py SPEC.rn ... [--fp16 | --flavours]

Each model is checked as check_onnx.py does, on its spec's own reference where it has one. With --flavours the checkers judge every form that target onnx
writes: each precision, for onnxruntime and for TensorRT, with layers kept in float32 and with each form of the input; int8 is calibrated with the
reference's input, or with noise where the weights are made up. The exit code is 1 when a check fails.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from check_onnx import judge, judge_structure

ROOT = Path(__file__).resolve().parents[2]


PRECISIONS = {
    "fp32": [[]],
    "fp16": [[], ["--keep-fp32", "stem,head"]],
    "int8": [[], ["--trt", "8.6"], ["--trt", "10.16"], ["--int8-keep", "stem,fc"], ["--int8-keep", "stem,fc", "--trt", "10.16"]],
}
INPUTS = ["float16", "float32-pixels", "uint8-nhwc", "rgba-uint8"]


def flavours(reference, channels):
    """The options of every form."""
    inputs = [[], *(["--input-type", form] for form in INPUTS if form != "rgba-uint8" or channels == 3)]
    calibration = {"int8": ["--calibrate", reference["input"]]} if "input" in reference else {}
    for precision, forms in PRECISIONS.items():
        for form in forms:
            for given in inputs:
                yield [f"--{precision}", *form, *given, *calibration.get(precision, [])]


def rcc(*arguments):
    """What a command of rcc results in."""
    command = [ROOT / "node_modules/.bin/tsx", ROOT / "src/cli/main.ts", *arguments, "--quiet", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(done.stdout)
        sys.exit(done.returncode)
    return json.loads(done.stdout)["result"]


def compile_spec(spec, options, out):
    """The model files that are made of a spec, in the order of the options."""
    made = rcc("compile", spec, *options, "--target", "onnx", "--no-verify", "-o", out)
    return [str(Path(artifact["directory"]) / "model.onnx") for artifact in made]


def check_flavours(spec, resolved, out):
    """How many files were checked and how many checks failed, of every form of a spec."""
    files = failures = 0
    for options in flavours(resolved.get("reference", {}), resolved["input"]["channels"]):
        (model,) = compile_spec(spec, options, out)
        print(f"{spec} {' '.join(options)}", flush=True)
        failures += judge_structure(model)
        files += 1
    return files, failures


def check_precisions(spec, resolved, precisions, out):
    """As check_flavours, of what the precisions compute too."""
    reference = resolved.get("reference", {})
    x, logits = (np.load(reference[key]) if key in reference else None for key in ("input", "logits"))
    models = compile_spec(spec, precisions, out)
    return len(models), sum(judge(model, x, logits) for model in models)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="+")
    parser.add_argument("--fp16", action="store_true", help="besides float32")
    parser.add_argument("--flavours", action="store_true", help="every form, by the checkers alone")
    options = parser.parse_args()
    precisions = ["--fp32", "--fp16"] if options.fp16 else ["--fp32"]
    counts = []
    for spec in options.specs:
        # A spec at a time, so that the disk holds no more than one spec's files.
        with tempfile.TemporaryDirectory() as out:
            for result in rcc("check", spec):
                resolved = result["spec"]
                one = f"{spec.split('#')[0]}#{resolved['name']}"
                if options.flavours:
                    counts.append(check_flavours(one, resolved, out))
                else:
                    counts.append(check_precisions(one, resolved, precisions, out))
    files, failures = (sum(column) for column in zip(*counts))
    print(f"{files} files, {failures or 'no'} failed checks")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
