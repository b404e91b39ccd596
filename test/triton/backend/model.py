"""
A stand-in for Triton's own backends `onnxruntime` and `tensorrt`: Triton runs it through its Python backend under either name. It opens the model's file
(an ONNX file, also where it is called model.plan) with the onnxruntime package, refuses a configuration whose names, data types or sizes are not the
file's, and runs it. It says nothing about TensorRT: what it lets a test hold is Triton's core, its protocol and its batching.
"""

import json
import os
import sys

# Triton's stub runs Python isolated from every virtual environment; the one of setup.sh stands beside the backends.
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "..", "packages"))

import numpy
import telemetry_off  # noqa: F401  must come before onnxruntime
import onnxruntime
import triton_python_backend_utils as pb_utils

DEFAULT_FILES = {"onnxruntime": "model.onnx", "tensorrt": "model.plan"}
# As the backend of onnxruntime reads it.
OPTIMISER_OFF = 2
ONNX_TYPES = {
    "TYPE_FP32": "tensor(float)",
    "TYPE_FP16": "tensor(float16)",
    "TYPE_UINT8": "tensor(uint8)",
}


def path_of(config, args):
    name = config.get("default_model_filename") or DEFAULT_FILES[config["backend"]]
    return os.path.join(args["model_repository"], args["model_version"], name)


def check(config, kind, found):
    """Every tensor of the configuration must be one of the file's; a batched one has any batch in front of its dims."""
    known = {tensor.name: tensor for tensor in found}
    batch = [None] if config["max_batch_size"] > 0 else []
    for entry in config[kind]:
        name, dims = entry["name"], [int(dim) for dim in entry["dims"]]
        if name not in known:
            raise pb_utils.TritonModelException(
                f"unexpected {kind} '{name}': the file has {sorted(known)}"
            )
        tensor = known[name]
        if ONNX_TYPES.get(entry["data_type"]) != tensor.type:
            raise pb_utils.TritonModelException(
                f"{kind} '{name}' is {entry['data_type']}; the file has {tensor.type}"
            )
        shape = [dim if isinstance(dim, int) else None for dim in tensor.shape]
        wanted = batch + [None if dim < 0 else dim for dim in dims]
        if shape != wanted:
            raise pb_utils.TritonModelException(
                f"{kind} '{name}' has shape {wanted}; the file has {shape}"
            )


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        if config.get("optimization", {}).get("graph", {}).get("level") == OPTIMISER_OFF:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self.session = onnxruntime.InferenceSession(
            path_of(config, args), options, providers=["CPUExecutionProvider"]
        )
        check(config, "input", self.session.get_inputs())
        check(config, "output", self.session.get_outputs())
        self.inputs = [entry["name"] for entry in config["input"]]
        self.outputs = [entry["name"] for entry in config["output"]]

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        feeds = {
            name: numpy.ascontiguousarray(
                pb_utils.get_input_tensor_by_name(request, name).as_numpy()
            )
            for name in self.inputs
        }
        try:
            results = self.session.run(self.outputs, feeds)
        except Exception as error:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        tensors = [pb_utils.Tensor(*pair) for pair in zip(self.outputs, results)]
        return pb_utils.InferenceResponse(output_tensors=tensors)
