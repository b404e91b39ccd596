#!/usr/bin/env python3
"""Makes networks of the ResNet families one after the other, each with inputs and the framework's own logits; judge-families.ts runs it.

    families.py OUT TABLE NAME ...

TABLE is the list of all networks (families.json); a NAME is framework/name of it. Each is its framework's own class at full size, filled as seeded.py says. OUT/NAME
holds the weights under the name that people have them, and inputs and logits of each side; after each the answer's line on stdout is a JSON object, and the
next is made when a line comes on stdin, so that no more than two lie on the disk. torch needs torch, torchvision, timm, transformers and safetensors, paddle
paddlepaddle and paddleclas.
"""
import argparse
import json
import multiprocessing
import os
import sys
import traceback
import zlib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))

PICTURES = 2


def make_torch(entry):
    name = entry["name"]
    if entry["framework"] == "timm":
        import timm

        return timm.create_model(name)
    if entry["framework"] == "torchvision":
        import torchvision

        return torchvision.models.get_model(name)
    import torch
    import transformers

    class Answer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = transformers.ResNetForImageClassification(transformers.ResNetConfig(**entry["args"], num_labels=1000))

        def forward(self, x):
            return self.inner(x).logits

    return Answer()


def save_torch(model, entry, folder):
    if entry["framework"] == "transformers":
        name = entry["name"].split("/")[-1]
        model.inner.save_pretrained(folder / name)
        return name
    from safetensors.torch import save_file

    name = f"{entry['name']}.safetensors"
    save_file({key: tensor.contiguous() for key, tensor in model.state_dict().items()}, folder / name)
    return name


FOLDERS = {"resnet": "legendary_models", "resnet_variant": "variant_models"}


def make_paddle(entry):
    from networks.with_paddle import import_backbone

    module = entry["module"]
    for parent in ("legendary_models.resnet",) if module == "resnet_variant" else ():
        import_backbone(parent)
    return getattr(import_backbone(f"{FOLDERS.get(module, 'model_zoo')}.{module}"), entry["name"])()


def save_paddle(model, entry, folder):
    import paddle

    name = f"{entry['name']}_pretrained.pdparams"
    paddle.save(model.state_dict(), str(folder / name))
    return name


def sides_of(entry):
    # PaddleClas' ResNeSt pools its shortcuts down and its branch up.
    if entry["framework"] == "paddleclas" and entry["module"] == "resnest":
        return (64, 96)
    # Behind an average the branch rounds a side down and the shortcut up: timm itself fails where a stage's side is odd.
    return (64, 96) if "anti-alias average" in (entry.get("rn") or "") else (64, 67)


def rounding(logits, exact):
    """How far float32 takes the framework itself, as a share of the logits' standard deviation."""
    return float(np.abs(logits - exact).max() / exact.std())


def write(out, entry, answer):
    from networks import seeded

    if entry["framework"] == "paddleclas":
        from networks.with_paddle import exact_logits, fill, logits, soften

        make, save = make_paddle, save_paddle
    else:
        import torch
        from networks.with_torch import exact_logits, fill, logits, soften

        torch.set_num_threads(1)
        make, save = make_torch, save_torch
    folder = out / f"{entry['framework']}.{entry['name'].replace('/', '.')}"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(zlib.crc32(entry["name"].encode()))
    model = make(entry)
    sides = sides_of(entry)
    if entry.get("rn"):
        inputs = {side: seeded.pictures(rng, PICTURES, side) for side in sides}
        fill(model, rng, seeded.pictures(rng, 4, 64), inputs[sides[0]], balanced=True)
        soften(model)
        for side, x in inputs.items():
            np.save(folder / f"{side}.input.npy", x)
            np.save(folder / f"{side}.logits.npy", logits(model, x))
    weights = save(model, entry, folder)
    made = {"folder": str(folder), "weights": weights, "sides": sides}
    if entry.get("rn"):
        made["rounding"] = max(rounding(np.load(folder / f"{side}.logits.npy"), exact_logits(model, x)) for side, x in inputs.items())
    answer.put(made)


def run(out, entry, answer):
    try:
        write(out, entry, answer)
    except Exception as error:
        traceback.print_exc()
        answer.put({"failed": f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("names", nargs="+", metavar="NAME")
    options = parser.parse_args()
    os.environ.update(PYTHONWARNINGS="ignore", GLOG_minloglevel="2", HF_HUB_OFFLINE="1")
    models = json.loads(options.table.read_text())["models"]
    by_name = {f"{entry['framework']}/{entry['name']}": entry for entry in models}
    lines = sys.stdin
    for index, name in enumerate(options.names):
        if index >= 2:
            lines.readline()
        # In a process of its own: Paddle refuses a second network with named parameters, and memory is given back.
        context = multiprocessing.get_context("fork")
        answer = context.SimpleQueue()
        child = context.Process(target=run, args=(options.out, by_name[name], answer))
        child.start()
        made = answer.get()
        child.join()
        print(json.dumps({"name": name, **made}), flush=True)


if __name__ == "__main__":
    main()
