#!/usr/bin/env python3
"""Lets onnx.checker judge the wrapper of a TensorRT-RTX engine, and compares it with the model beside it.

    check_ep_context.py FOLDER

FOLDER holds model.onnx, model.ctx.onnx and the engine that it names. Prints what the wrapper's node says; the exit code is 1 where something is wrong.
"""
import hashlib
import pathlib
import sys

import onnx

folder = pathlib.Path(sys.argv[1])
wrapper, model = (onnx.load(folder / name) for name in ("model.ctx.onnx", "model.onnx"))
onnx.checker.check_model(wrapper, full_check=True)

node, = wrapper.graph.node
attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
values = {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}
engine = folder / values["ep_cache_context"]
digest = {p.key: p.value for p in wrapper.metadata_props}["rcc.engine.sha256"]

assert (node.op_type, node.domain) == ("EPContext", "com.microsoft"), node
assert {(o.domain, o.version) for o in wrapper.opset_import} >= {("com.microsoft", 1)}
assert list(wrapper.graph.input) == list(model.graph.input), "other inputs"
assert list(wrapper.graph.output) == list(model.graph.output), "other outputs"
assert [v.name for v in model.graph.input] == list(node.input)
assert [v.name for v in model.graph.output] == list(node.output)
assert hashlib.sha256(engine.read_bytes()).hexdigest() == digest, "another engine"
print(", ".join(f"{k}={v}" for k, v in sorted(values.items())))
