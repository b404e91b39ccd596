"""What Triton's OpenVINO backend does with a model when it loads it (openvino_backend, src/openvino.cc), in OpenVINO's own Python: openvino_backend.py MODEL INPUT OUTPUT MAX_BATCH HINT_BF16."""

import json
import sys

sys.modules["openvino_telemetry"] = None

import openvino
from openvino.preprocess import PrePostProcessor

model, source, result, batch, hint = sys.argv[1:6]
core = openvino.Core()
network = core.read_model(model)
given = PrePostProcessor(network)
given.input(source).tensor().set_element_type(openvino.Type.f32)
given.input(source).tensor().set_layout(openvino.Layout("N..."))
network = given.build()
openvino.set_batch(network, int(batch))
made = PrePostProcessor(network)
made.output(result).tensor().set_element_type(openvino.Type.f32)
network = made.build()
# Told no precision, it asks for none: OpenVINO chooses.
precision = {"YES": "bf16"}.get(hint)
asked = {} if precision is None else {"INFERENCE_PRECISION_HINT": precision}
for key, value in {**asked, "NUM_STREAMS": "1", "PERFORMANCE_HINT": "LATENCY"}.items():
    core.set_property("CPU", {key: value})
compiled = core.compile_model(network, "CPU")
shapes = [[size.get_length() for size in port.get_partial_shape()] for port in (compiled.input(source), compiled.output(result))]
print(json.dumps({"shapes": shapes, "precision": compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()}))
