#!/usr/bin/env python3
"""Writes checkpoints as people hold them, each with inputs and the framework's own logits (about 2.6 GB).

    checkpoints.py OUT --paddle PYTHON --torch PYTHON [--only NAME ...]

Each PYTHON is the interpreter of one virtual environment: of torch, torchvision, timm, transformers and safetensors; of paddlepaddle and paddleclas. Every
network is its framework's own class, most of them narrow or short, filled as seeded.py says; what has been renamed by hand says so. OUT/NAME holds the files
and checkpoint.json, which judge-checkpoints.ts reads: what is the weights, how `rcc init` is called, what must be said.
"""
import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Callable, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))

PICTURES = 2
SIDES = (64, 67)


class Checkpoint(NamedTuple):
    """make: the network, whose answer is its logits. save: writes it into a folder and returns what is given to rcc there."""

    make: Callable
    save: Callable
    sides: tuple = SIDES
    channels: int = 3
    # Arguments of `rcc init`.
    arguments: tuple = ()
    # What init must say in refusing it; None: it describes it.
    refused: str | None = None
    # What compile must warn of, where the numbers cannot be right.
    warned: str | None = None
    # What the spec must hold.
    spec: tuple = ()


def write(folder, name, checkpoint, framework):
    fill, soften, logits = framework
    import numpy as np
    from networks import seeded

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    model = checkpoint.make()
    judged = checkpoint.refused is None and checkpoint.warned is None
    # Pictures have three channels; more of them are more pictures.
    layers = lambda count, side: np.concatenate([seeded.pictures(rng, count, side) for _ in range(-(-checkpoint.channels // 3))], 1)
    pictures = {side: layers(PICTURES, side)[:, : checkpoint.channels] for side in checkpoint.sides}
    if judged:
        fill(model, rng, layers(8, 96)[:, : checkpoint.channels], pictures[checkpoint.sides[0]])
        soften(model)
    weights = checkpoint.save(model, folder)
    for side, x in pictures.items() if judged else ():
        np.save(folder / f"{side}.input.npy", x)
        np.save(folder / f"{side}.logits.npy", logits(model, x))
    facts = {
        "weights": weights,
        "sides": checkpoint.sides,
        "arguments": checkpoint.arguments,
        "refused": checkpoint.refused,
        "warned": checkpoint.warned,
        "spec": checkpoint.spec,
    }
    (folder / "checkpoint.json").write_text(json.dumps(facts, indent=1))
    print(f"{name}: {weights}", flush=True)


def write_all(out, framework, only):
    if framework == "paddle":
        from networks.with_paddle import fill, logits, soften
        from paddle_checkpoints import CHECKPOINTS
    else:
        from networks.with_torch import fill, logits, soften
        from torch_checkpoints import CHECKPOINTS
    for name, checkpoint in CHECKPOINTS.items():
        if only and name not in only:
            continue
        # In a process of its own: Paddle refuses a second network with named parameters, and narrow networks stay narrow.
        child = multiprocessing.get_context("fork").Process(target=write, args=(out / name, name, checkpoint, (fill, soften, logits)))
        child.start()
        child.join()
        if child.exitcode != 0:
            sys.exit(f"{name} failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--paddle", metavar="PYTHON")
    parser.add_argument("--torch", metavar="PYTHON")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--inside", choices=("paddle", "torch"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if options.inside:
        write_all(out, options.inside, options.only)
        return
    environment = dict(os.environ, PYTHONWARNINGS="ignore", GLOG_minloglevel="2", PYTHONDONTWRITEBYTECODE="1", HF_HUB_OFFLINE="1")
    for framework in ("paddle", "torch"):
        python = getattr(options, framework)
        if python:
            only = ["--only", *options.only] if options.only else []
            subprocess.run([python, __file__, out, "--inside", framework, *only], env=environment, check=True)


if __name__ == "__main__":
    main()
