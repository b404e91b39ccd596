#!/usr/bin/env python3
"""Paddle's route from weights to ONNX, paddle2onnx: export_paddle.py MODEL OUT.onnx [--weights FILE.pdparams]

MODEL is one of PaddleClas' ResNets in lower case: resnet18, resnet50_vd, resnet200_vd. Prints {"seconds", "peakBytes", "path"} as JSON (measured.py).
"""
from measured import print_result  # first, for its clock

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test" / "fixtures"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--weights", help="a state dict of this model, .pdparams")
    parser.add_argument("--side", type=int, default=224, help="of the input picture, in pixels")
    options = parser.parse_args()
    # paddle2onnx folds constants with Polygraphy, which otherwise installs what it misses while it runs.
    os.environ["POLYGRAPHY_AUTOINSTALL_DEPS"] = "0"

    import paddle
    from networks.with_paddle import import_backbone

    paddle.seed(0)
    model = getattr(import_backbone("legendary_models.resnet"), options.model.replace("resnet", "ResNet"))()
    if options.weights:
        model.set_state_dict(paddle.load(options.weights))
    model.eval()
    picture = paddle.static.InputSpec([None, 3, options.side, options.side], "float32", "input")
    paddle.onnx.export(model, options.out.removesuffix(".onnx"), input_spec=[picture], opset_version=13)
    print_result(options.out)


if __name__ == "__main__":
    main()
