"""As engines/tensorrt-rtx/build_engine.py, with a layout for the network's input: build_with_format.py FORMAT [its arguments]"""
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "engines" / "tensorrt-rtx"))
import build_engine

parse_as_linear = build_engine.parse_model


def parse_model(trt, builder, logger, path):
    network, parser = parse_as_linear(trt, builder, logger, path)
    network.get_input(0).allowed_formats = 1 << int(getattr(trt.TensorFormat, FORMAT))
    return network, parser


FORMAT = sys.argv.pop(1)
build_engine.parse_model = parse_model
build_engine.main()
