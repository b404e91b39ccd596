#!/usr/bin/env python3
"""PyTorch's route from weights to ONNX: export_torch.py MODEL OUT.onnx [--weights FILE] [--exporter legacy|dynamo] [--precision fp32|fp16]

MODEL is a torchvision or timm ResNet by its name there, such as resnet18 or resnet50d, one of TIMM_OPTIONS, or one of PaddleClas' networks that timm can
build: resnet50_vd, resnet101_vd, resnet152_vd, resnet200_vd. In fp16 the whole model is half, input and output too. Prints {"seconds", "peakBytes", "path"} as JSON (measured.py).
"""
from measured import print_result  # first, for its clock

import argparse
import logging
import warnings

PADDLECLAS_BLOCKS = {"resnet50_vd": (3, 4, 6, 3), "resnet101_vd": (3, 4, 23, 3), "resnet152_vd": (3, 8, 36, 3), "resnet200_vd": (3, 12, 48, 3)}

# What timm makes of a network by an option.
TIMM_OPTIONS = {
    "resnet50_dilated": ("resnet50", {"output_stride": 8}),
    "resnet50_avgmax": ("resnet50", {"global_pool": "avgmax"}),
    "resnet50_catavgmax": ("resnet50", {"global_pool": "catavgmax"}),
}


def make_model(name):
    if name in PADDLECLAS_BLOCKS:
        from timm.models.resnet import Bottleneck, ResNet

        return ResNet(Bottleneck, PADDLECLAS_BLOCKS[name], stem_width=32, stem_type="deep", avg_down=True)
    import torchvision

    if name in torchvision.models.list_models(module=torchvision.models):
        return torchvision.models.get_model(name)
    import timm

    model, options = TIMM_OPTIONS.get(name, (name, {}))
    return timm.create_model(model, **options)


def vary_batch_norms(model):
    """Gives every batch norm values of its own: the legacy exporter shares equal tensors through Identity nodes, which trained weights do not have."""
    import torch

    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.uniform_(0.2, 0.4)
                module.bias.uniform_(-0.1, 0.1)
                module.running_mean.uniform_(-0.1, 0.1)
                module.running_var.uniform_(0.5, 1.5)


def load_weights(model, path):
    import torch

    if path.endswith(".safetensors"):
        from safetensors.torch import load_file

        state = load_file(path)
    else:
        state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state)


def export(model, path, exporter, side):
    import torch

    picture = torch.zeros(2, 3, side, side, dtype=next(model.parameters()).dtype)
    names = dict(input_names=["input"], output_names=["logits"])
    with torch.no_grad():
        if exporter == "dynamo":
            batch = torch.export.Dim("batch")
            torch.onnx.export(
                model, (picture,), path, dynamo=True, external_data=False, dynamic_shapes=({0: batch},), verbose=False, **names
            )
        else:
            axes = {"input": {0: "batch"}, "logits": {0: "batch"}}
            torch.onnx.export(
                model, (picture,), path, dynamo=False, do_constant_folding=True, opset_version=17, dynamic_axes=axes, **names
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--weights", help="a state dict of this model, .pth or .safetensors")
    parser.add_argument("--exporter", choices=("legacy", "dynamo"), default="legacy")
    parser.add_argument("--precision", choices=("fp32", "fp16"), default="fp32")
    parser.add_argument("--side", type=int, default=224, help="of the input picture, in pixels")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)

    import torch

    torch.manual_seed(0)
    model = make_model(options.model).eval()
    if options.weights:
        load_weights(model, options.weights)
    else:
        vary_batch_norms(model)
    if options.precision == "fp16":
        model.half()
    export(model, options.out, options.exporter, options.side)
    print_result(options.out)


if __name__ == "__main__":
    main()
