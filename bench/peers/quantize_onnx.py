#!/usr/bin/env python3
"""onnxruntime's own route from FP32 to INT8: quantize_onnx.py MODEL.onnx INPUTS.npy OUT.onnx [--uint8-by-channel]

Static quantisation (onnxruntime.quantization.quantize_static) after its own preparation of the graph, calibrated over INPUTS one picture at a time, with
every default; with --uint8-by-channel with uint8 activations and int8 weights by channel, as its documentation advises for x86. Prints
{"seconds", "peakBytes", "path"} as JSON (measured.py).
"""
from measured import print_result  # first, for its clock

import argparse
from pathlib import Path

import numpy as np
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class Inputs(CalibrationDataReader):
    def __init__(self, path):
        self.pictures = iter(np.load(path, mmap_mode="r"))

    def get_next(self):
        picture = next(self.pictures, None)
        return None if picture is None else {"input": np.array(picture)[None]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("inputs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--uint8-by-channel", action="store_true")
    options = parser.parse_args()
    prepared = options.out.with_suffix(".prepared.onnx")
    quant_pre_process(str(options.model), str(prepared))
    advised = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8, "per_channel": True}
    quantize_static(str(prepared), str(options.out), Inputs(options.inputs), **(advised if options.uint8_by_channel else {}))
    prepared.unlink()
    print_result(str(options.out))


if __name__ == "__main__":
    main()
