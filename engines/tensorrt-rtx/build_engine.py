"""Builds a TensorRT-RTX engine from an ONNX file. Needs no GPU. NVIDIA has bindings for Python and C++ only; rcc starts this script.

Output, one thing a line: NVIDIA's log as `[V] …` (I, W, E, F), and events as `rcc: {"event": …}`:
  version      version, capabilities
  missing      reason: the package cannot be imported
  parse-error  node, operator, code, message
  error        message: why an engine cannot be built
  write-error  errno, message
  phase        name
  built        bytes, parseSeconds, buildSeconds
Exit status: 0 built, 3 package missing, 4 model refused, 5 not built, 6 not written.
"""

import argparse
import json
import sys
import time


def emit(event, **fields):
    print("rcc: " + json.dumps({"event": event, **fields}), flush=True)


def load_package():
    try:
        import tensorrt_rtx
    except Exception as error:  # A broken library fails in other ways than ImportError.
        emit("missing", reason=f"{type(error).__name__}: {error}")
        sys.exit(3)
    return tensorrt_rtx


def create_logger(trt):
    class Log(trt.ILogger):
        def __init__(self):
            trt.ILogger.__init__(self)
            self.errors = []

        def log(self, severity, message):
            name = str(severity).rsplit(".", 1)[-1]
            letter = "F" if name == "INTERNAL_ERROR" else name[0]
            if letter in "EF" and len(self.errors) < 16:
                self.errors.append(message)
            for line in message.splitlines() or [""]:
                print(f"[{letter}] {line}")

    return Log()


def known_capabilities(trt):
    """Compute capabilities of this release by NVIDIA's name, SM75 for 7.5."""
    names = [name for name in dir(trt.ComputeCapability) if name.startswith("SM")]
    return {f"{name[2:-1]}.{name[-1]}": getattr(trt.ComputeCapability, name) for name in names}


def parse_model(trt, builder, logger, path):
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(path):
        for i in range(min(parser.num_errors, 8)):
            error = parser.get_error(i)
            code = str(error.code()).rsplit(".", 1)[-1]
            emit("parse-error", node=error.node_name(), operator=error.node_operator(), code=code, message=error.desc())
        sys.exit(4)
    if network.num_outputs == 0:
        emit("parse-error", node="", operator="", code="EMPTY", message="the model has no outputs")
        sys.exit(4)
    # The parser goes with the network: it holds the weights.
    return network, parser


def add_profile(builder, network, config, batches):
    """One optimisation profile for inputs whose first size, the batch, is free."""
    profile = None
    for i in range(network.num_inputs):
        tensor = network.get_input(i)
        shape = tuple(tensor.shape)
        if -1 not in shape:
            continue
        if -1 in shape[1:]:
            emit("error", message=f"only the batch of input '{tensor.name}' may be free, its shape is {list(shape)}")
            sys.exit(5)
        profile = profile or builder.create_optimization_profile()
        profile.set_shape(tensor.name, *[(batch, *shape[1:]) for batch in batches])
    if profile:
        config.add_optimization_profile(profile)


def create_config(trt, builder, arguments):
    config = builder.create_builder_config()
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    config.max_aux_streams = arguments.aux_streams
    if not arguments.tf32:
        config.clear_flag(trt.BuilderFlag.TF32)
    known = known_capabilities(trt)
    config.num_compute_capabilities = len(arguments.compute_capability)
    for i, capability in enumerate(arguments.compute_capability):
        if capability not in known:
            emit("error", message=f"compute capability {capability} is not among {', '.join(known)}")
            sys.exit(5)
        config.set_compute_capability(known[capability], i)
    return config


def build(trt, arguments):
    logger = create_logger(trt)
    builder = trt.Builder(logger)
    emit("phase", name="parsing")
    start = time.monotonic()
    network, _parser = parse_model(trt, builder, logger, arguments.onnx)
    parsed = time.monotonic()
    config = create_config(trt, builder, arguments)
    add_profile(builder, network, config, arguments.batches)
    emit("phase", name="building")
    engine = builder.build_serialized_network(network, config)
    built = time.monotonic()
    if engine is None:
        emit("error", message=logger.errors[0] if logger.errors else "no reason was given")
        sys.exit(5)
    emit("phase", name="writing")
    try:
        with open(arguments.engine, "wb") as file:
            file.write(engine)
    except OSError as error:
        emit("write-error", errno=error.errno, message=error.strerror)
        sys.exit(6)
    emit("built", bytes=engine.nbytes, parseSeconds=parsed - start, buildSeconds=built - parsed)


def batch_range(text):
    batches = [int(part) for part in text.split(",")]
    if len(batches) != 3 or sorted(batches) != batches or batches[0] < 1:
        raise argparse.ArgumentTypeError("smallest, usual and largest batch, e.g. 1,4,8")
    return batches


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    parser = argparse.ArgumentParser(description="Builds a TensorRT-RTX engine from an ONNX file.")
    parser.add_argument("--version", action="store_true", help="say what is installed, build nothing")
    parser.add_argument("--onnx")
    parser.add_argument("--engine", help="file that is written")
    parser.add_argument("--compute-capability", nargs="+", metavar="7.5")
    parser.add_argument("--batches", type=batch_range, default=[1, 1, 1], metavar="MIN,OPT,MAX")
    parser.add_argument("--aux-streams", type=int, default=0)
    parser.add_argument("--tf32", action="store_true")
    arguments = parser.parse_args()
    trt = load_package()
    if arguments.version:
        emit("version", version=trt.__version__, capabilities=list(known_capabilities(trt)))
    else:
        build(trt, arguments)


if __name__ == "__main__":
    main()
