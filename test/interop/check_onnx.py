#!/usr/bin/env python3
"""Lets other tools judge an ONNX file: onnx.checker, strict shape inference, onnxruntime and OpenVINO.

    check_onnx.py FILE.onnx [--input X.npy --logits Y.npy] [--tolerance T] [--foreign]

The file is to hold only the operators and node names that rcc writes; --foreign drops that check, for files of other exporters. Without
--input the engines run on a seeded batch of 2, and without --logits they are compared with each other. Errors are given as a share of the logits'
standard deviation. A line a check on stdout; the exit code is 1 when one of them fails.
"""
import telemetry_off  # first: it has to come before onnxruntime

import argparse
import sys

import numpy as np
import onnx
import onnxruntime
import openvino

# Largest error allowed, as a share of the logits' standard deviation; fp32's is the project's own claim, the others leave room for
# engines that round at other places.
TOLERANCES = {"fp32": 2e-4, "fp16": 0.05, "int8": 0.25}
OPERATORS = {
    "fp32": {"Conv", "Relu", "Add", "MaxPool", "AveragePool", "GlobalAveragePool", "Flatten", "Gemm", "Softmax"},
    "fp16": {"Cast"},
    "int8": {"QuantizeLinear", "DequantizeLinear"},
}
INPUT_OPERATORS = {"Cast", "Transpose", "Sub"}


def precision_of(model):
    types = {t.data_type for t in model.graph.initializer}
    operators = {n.op_type for n in model.graph.node}
    if "QuantizeLinear" in operators:
        return "int8"
    return "fp16" if onnx.TensorProto.FLOAT16 in types else "fp32"


def check_structure(path, model):
    """Raises what onnx raises where it refuses the model."""
    onnx.checker.check_model(path, full_check=True)
    yield "onnx.checker", True, f"full check, onnx {onnx.__version__}, opset {model.opset_import[0].version}, IR {model.ir_version}"

    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    known = {v.name for v in (*inferred.graph.value_info, *inferred.graph.output)}
    unknown = [o for n in inferred.graph.node for o in n.output if o not in known]
    yield "shape inference", not unknown, f"strict, {len(known)} values typed" + (f", unknown: {unknown[:3]}" if unknown else "")


def adapts_input(model):
    """Whether the model reads something else than normalised float32."""
    return model.graph.input[0].type.tensor_type.elem_type != onnx.TensorProto.FLOAT


def check_nodes(model, precision):
    allowed = OPERATORS["fp32"] | OPERATORS[precision] | (INPUT_OPERATORS if adapts_input(model) else set())
    found = {n.op_type for n in model.graph.node}
    foreign = sorted(found - allowed)
    names = [n.name for n in model.graph.node]
    odd = [name for name in names if not name or set(name) & set(" +|[]")]
    good = not foreign and not odd and len(set(names)) == len(names)
    detail = f"{len(names)} nodes of {', '.join(sorted(found))}; names unique and plain"
    yield "nodes", good, detail if good else f"foreign operators {foreign}, odd names {odd[:3]}, {len(set(names))} names for {len(names)} nodes"


def run_onnxruntime(path, x):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def run_openvino(path, x):
    # On CPUs with AMX or AVX512-BF16 OpenVINO computes in bfloat16 unless it is told not to.
    compiled = openvino.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(x)[0]


def seeded_input(model):
    shape = [d.dim_value or 2 for d in model.graph.input[0].type.tensor_type.shape.dim]
    return np.random.default_rng(7).standard_normal(shape).astype(np.float32)


def check_agreement(path, x, logits, tolerance):
    outputs = {
        f"onnxruntime {onnxruntime.__version__}": run_onnxruntime(path, x),
        f"openvino {openvino.__version__.split('-')[0]}": run_openvino(path, x),
    }
    if logits is None:
        reference, logits = next(iter(outputs.items()))
        outputs.pop(reference)
    else:
        reference = "the given logits"
    for engine, y in outputs.items():
        if y.shape != logits.shape:
            yield engine, False, f"output {list(y.shape)}, {reference}: {list(logits.shape)}"
            continue
        error = float(np.abs(y.astype(np.float64) - logits).max() / logits.std())
        same = int((y.argmax(1) == logits.argmax(1)).sum())
        detail = f"against {reference}: largest error {error:.2e} of std {logits.std():.3f} (allowed {tolerance:g}), top-1 {same}/{len(y)}"
        yield engine, bool(error <= tolerance), detail


def print_checks(groups):
    """Prints a line a check; returns how many failed."""
    failures = 0
    for group in groups:
        try:
            for name, good, detail in group:
                failures += not good
                print(f"{'ok  ' if good else 'FAIL'} {name}: {detail}", flush=True)
        except Exception as error:  # whatever a checker or an engine raises is its verdict
            failures += 1
            print(f"FAIL {type(error).__module__}: {' '.join(str(error).split())[:500]}", flush=True)
    return failures


def judge_structure(path):
    """What the checkers alone say; returns how many checks failed."""
    model = onnx.load(path)
    return print_checks([check_structure(path, model), check_nodes(model, precision_of(model))])


def judge(path, x=None, logits=None, tolerance=None, foreign=False):
    """Prints a line a check and a verdict; returns how many checks failed."""
    try:
        model = onnx.load(path)
    except Exception as error:  # protobuf's and the system's errors have no base of their own
        print(f"FAIL onnx.load: {error}", flush=True)
        return 1
    precision = precision_of(model)
    if x is None:
        x = seeded_input(model)
    if tolerance is None:
        tolerance = TOLERANCES[precision]
    groups = [check_structure(path, model), check_agreement(path, x, logits, tolerance)]
    if not foreign:
        groups.insert(1, check_nodes(model, precision))
    failures = print_checks(groups)
    print(f"{path}: {precision}, {failures or 'no'} failure{'' if failures == 1 else 's'}", flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--input", metavar="X.npy")
    parser.add_argument("--logits", metavar="Y.npy")
    parser.add_argument("--tolerance", type=float, help="share of the logits' standard deviation; by precision when not given")
    parser.add_argument("--foreign", action="store_true", help="allow any operators and node names")
    options = parser.parse_args()
    if options.logits and not options.input:
        parser.error("--logits needs the --input that they belong to")
    x, logits = (np.load(path) if path else None for path in (options.input, options.logits))
    return 1 if judge(options.file, x, logits, options.tolerance, options.foreign) else 0


if __name__ == "__main__":
    sys.exit(main())
