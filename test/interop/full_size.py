#!/usr/bin/env python3
"""Writes full-size weight files with inputs, the frameworks' own logits and the specs to verify them with (about 840 MB).

    full_size.py OUT --paddle PYTHON --torch PYTHON [--only NAME ...]

Each PYTHON is the interpreter of one virtual environment (test/fixtures/weights/README.md makes them). Everything is seeded and
looks trained: see test/fixtures/networks/seeded.py. Afterwards `rcc verify OUT/*.rn` is the proof.
"""
import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))


class Network(NamedTuple):
    framework: str
    scheme: str
    weights: str
    properties: str
    seed: int


NETWORKS = {
    "paddle_resnet50_vd": Network("paddle", "paddleclas", "ResNet50_vd.pdparams", "depth 50  variant vd", 61017),
    "paddle_resnet200_vd": Network("paddle", "paddleclas", "ResNet200_vd.pdparams", "depth 200  variant vd", 61021),
    "torchvision_resnet50": Network("torch", "torchvision", "resnet50.pth", "depth 50", 62017),
    "timm_resnet50d": Network("torch", "timm", "resnet50d.safetensors", "depth 50  variant vd", 62026),
    "timm_seresnext26d_32x4d": Network(
        "torch",
        "timm",
        "seresnext26d_32x4d.safetensors",
        "block bottleneck  stages [2, 2, 2, 2]  variant vd  groups 32  group-width 4  attention se",
        63011,
    ),
    "timm_resnest14d": Network(
        "torch",
        "timm",
        "resnest14d.safetensors",
        "block bottleneck  stages [1, 1, 1, 1]  variant vd  multi-path resnest radix 2 halving after",
        63012,
    ),
    "timm_res2net50_26w_4s": Network(
        "torch", "timm", "res2net50_26w_4s.safetensors", "depth 50  group-width 26  multi-path res2net scale 4", 63013
    ),
}
SIDE = 224
# An untrained network puts similar pictures into one class: these contrasts, and seeds with clear margins, set the pictures apart.
CONTRASTS = (0.25, 0.7, 1.3, 2.0)


def write(out, name, model, fill, logits, save):
    """Fills the model, saves it, and writes its input, its logits and its spec."""
    import numpy as np
    from networks import seeded

    network = NETWORKS[name]
    rng = np.random.default_rng(network.seed)
    contrasts = np.array(CONTRASTS, np.float32).reshape(-1, 1, 1, 1)
    x = seeded.pictures(rng, len(CONTRASTS), SIDE) * contrasts
    fill(model, rng, seeded.pictures(rng, 8, 128), x)
    save(model.state_dict(), out / network.weights)
    (out / network.weights).chmod(0o644)
    y = logits(model, x)
    np.save(out / f"{name}.input.npy", x)
    np.save(out / f"{name}.logits.npy", y)
    spec = f"""model {name} {{
  {network.properties}
  weights {network.scheme} "{network.weights}"
  reference {{ input "{name}.input.npy"  logits "{name}.logits.npy" }}
}}
"""
    (out / f"{name}.rn").write_text(spec)
    print(f"{name}: logits std {y.std():.3f}, largest {abs(y).max():.2f}, classes {y.argmax(1).tolist()}", flush=True)


def write_with_paddle(out, names):
    import paddle
    from networks.with_paddle import fill, import_backbone, logits

    resnet = import_backbone("legendary_models.resnet")
    for name in names:
        model = getattr(resnet, Path(NETWORKS[name].weights).stem)()
        write(out, name, model, fill, logits, lambda state, path: paddle.save(state, str(path)))


def write_with_torch(out, names):
    import timm
    import torch
    import torchvision
    from networks.with_torch import fill, logits
    from safetensors.torch import save_file

    makers = {
        "torchvision": (torchvision.models.get_model, torch.save),
        "timm": (timm.create_model, lambda state, path: save_file(state, path, metadata={"format": "pt"})),
    }
    for name in names:
        make, save = makers[NETWORKS[name].scheme]
        write(out, name, make(Path(NETWORKS[name].weights).stem), fill, logits, save)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--paddle", metavar="PYTHON")
    parser.add_argument("--torch", metavar="PYTHON")
    parser.add_argument("--only", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NAME")
    parser.add_argument("--inside", choices=("paddle", "torch"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if options.inside:
        names = [name for name in options.only if NETWORKS[name].framework == options.inside]
        {"paddle": write_with_paddle, "torch": write_with_torch}[options.inside](out, names)
        return
    environment = dict(os.environ, PYTHONWARNINGS="ignore", GLOG_minloglevel="2", PYTHONDONTWRITEBYTECODE="1")
    for framework in ("paddle", "torch"):
        if any(NETWORKS[name].framework == framework for name in options.only):
            python = getattr(options, framework) or parser.error(f"--{framework} PYTHON is needed")
            command = [python, __file__, out, "--inside", framework, "--only", *options.only]
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
