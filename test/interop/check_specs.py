#!/usr/bin/env python3
"""Compiles specs to ONNX and lets other tools judge every file: check_specs.py SPEC.rn ... [--fp16]

Each model is checked as check_onnx.py does, on its spec's own reference where it has one. The exit code is 1 when a check fails.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from check_onnx import judge

ROOT = Path(__file__).resolve().parents[2]


def compile_spec(spec, precisions, out):
    """The artifacts that rcc names in its result: folder and manifest of each."""
    rcc = [ROOT / "node_modules/.bin/tsx", ROOT / "src/cli/main.ts"]
    command = [*rcc, "compile", spec, *precisions, "--target", "onnx", "--no-verify", "--json", "-o", out]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(done.stdout)
        sys.exit(done.returncode)
    return json.loads(done.stdout)["result"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="+")
    parser.add_argument("--fp16", action="store_true", help="besides float32")
    options = parser.parse_args()
    precisions = ["--fp32", "--fp16"] if options.fp16 else ["--fp32"]
    failures = files = 0
    for spec in options.specs:
        # A spec at a time, so that the disk holds no more than one spec's files.
        with tempfile.TemporaryDirectory() as out:
            for artifact in compile_spec(spec, precisions, out):
                reference = artifact["manifest"]["spec"]["resolved"].get("reference", {})
                x, logits = (np.load(reference[key]) if key in reference else None for key in ("input", "logits"))
                failures += judge(str(Path(artifact["directory"]) / "model.onnx"), x, logits)
                files += 1
    print(f"{files} files, {failures or 'no'} failed checks")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
