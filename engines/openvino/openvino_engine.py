"""Compiles, runs and times models with OpenVINO on this machine's processor. OpenVINO has bindings for Python and C++; rcc starts this script.

It speaks in lines: what it says of itself is `rcc: {"event": …}`, whatever else is printed is the library's log.
  --find     version: of the package, without loading it
  --version  version, build, capabilities, device
  --serve    the same, then one answer to each line of JSON on standard input, until that ends
Events: version; missing (reason: the package cannot be imported); answer or failed (id, and errno where a file could not be written); phase (name).
Requests have an id and `do`:
  build    model, batch (null: as it is), engine, layers, config
  load     engine, config
  run      engine, inputs [{name, path, dtype, shape}], folder
  measure  engine, inputs, requests, warmUpMs, durationMs, minIterations, samples
  profile  engine, inputs, layers, config
Tensors are files of little-endian numbers.
"""

import json
import os
import sys
import time

# Nothing leaves the machine: OpenVINO's tools do without the package that reports their use.
sys.modules["openvino_telemetry"] = None


def emit(event, **fields):
    print("rcc: " + json.dumps({"event": event, **fields}), flush=True)


def missing(error):
    emit("missing", reason=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    sys.exit(3)


def find_package():
    from importlib import metadata, util

    try:
        version = metadata.version("openvino")
    except Exception as error:
        missing(error)
    if util.find_spec("numpy") is None:
        missing(ModuleNotFoundError("No module named 'numpy'"))
    emit("version", version=version)


def load_package():
    try:
        import numpy
        import openvino
    except Exception as error:  # A broken library fails in other ways than ImportError.
        missing(error)
    return openvino, numpy


def text_of(value):
    """Of a property: enumerations, types and flags become words."""
    if isinstance(value, bool):
        return value
    if hasattr(value, "to_string"):
        return value.to_string()
    name = getattr(value, "get_type_name", None)
    if name is not None:
        return name()
    return value if isinstance(value, (int, float, str)) else str(value).rsplit(".", 1)[-1]


class Session:
    """Compiled models by the path of their engine."""

    def __init__(self, openvino, numpy):
        self.openvino = openvino
        self.numpy = numpy
        self.core = openvino.Core()
        self.models = {}
        self.blobs = {}
        self.requests = {}

    def tell(self):
        version = self.openvino.__version__
        device = self.core.get_property("CPU", "FULL_DEVICE_NAME")
        capabilities = list(self.core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        emit("version", version=version.split("-")[0], build=version, device=device, capabilities=capabilities)

    def describe(self, compiled):
        def values(ports):
            return [
                {
                    "name": port.get_any_name(),
                    "dtype": port.get_element_type().to_dtype().name,
                    "shape": [size.get_length() if size.is_static else -1 for size in port.get_partial_shape()],
                }
                for port in ports
            ]

        names = [
            "INFERENCE_PRECISION_HINT",
            "INFERENCE_NUM_THREADS",
            "NUM_STREAMS",
            "PERFORMANCE_HINT",
            "ENABLE_CPU_PINNING",
            "OPTIMAL_NUMBER_OF_INFER_REQUESTS",
            "RUNTIME_REQUIREMENTS",
        ]
        properties = {}
        for name in names:
            try:
                properties[name] = text_of(compiled.get_property(name))
            except Exception:  # Not every release has each.
                pass
        return {"inputs": values(compiled.inputs), "outputs": values(compiled.outputs), "properties": properties}

    def read(self, path):
        """The bytes of an engine, mapped and not copied; OpenVINO asks for memory that could be written."""
        return self.openvino.Tensor(self.numpy.memmap(path, dtype=self.numpy.uint8, mode="c"), shared_memory=True)

    def build(self, model, batch, engine, layers, config, **_):
        emit("phase", name="reading")
        network = self.core.read_model(model)
        if batch is not None:
            shapes = {}
            for port in network.inputs:
                sizes = [size.get_length() if size.is_static else None for size in port.get_partial_shape()]
                shapes[port] = [batch, *sizes[1:]]
            network.reshape(shapes)
        emit("phase", name="compiling")
        compiled = self.core.compile_model(network, "CPU", config)
        emit("phase", name="writing")
        exported = compiled.export_model()
        with open(engine, "wb") as file:
            file.write(exported.getbuffer() if hasattr(exported, "getbuffer") else exported)
        self.write_layers(compiled, layers, {})
        return self.describe(compiled)

    def import_engine(self, engine, config):
        """A compiled model, and the bytes of its engine, which it reads its weights from as long as it lives."""
        blob = self.read(engine)
        return self.core.import_model(blob, "CPU", config), blob

    def load(self, engine, config, **_):
        self.models[engine], self.blobs[engine] = self.import_engine(engine, config)
        self.requests[engine] = self.models[engine].create_infer_request()
        return self.describe(self.models[engine])

    def feed(self, compiled, request, inputs):
        """Sets the inputs of a request; gives what has to live as long."""
        kept = []
        for given in inputs:
            array = self.numpy.fromfile(given["path"], dtype=given["dtype"]).reshape(given["shape"])
            tensor = self.openvino.Tensor(array, shared_memory=True)
            request.set_tensor(compiled.input(given["name"]), tensor)
            kept.append(tensor)
        return kept

    def run(self, engine, inputs, folder, **_):
        compiled, request = self.models[engine], self.requests[engine]
        kept = self.feed(compiled, request, inputs)
        request.infer()
        del kept
        outputs = []
        for i, port in enumerate(compiled.outputs):
            array = self.numpy.ascontiguousarray(request.get_tensor(port).data)
            path = os.path.join(folder, f"output-{i}.bin")
            array.tofile(path)
            outputs.append({"name": port.get_any_name(), "path": path, "dtype": array.dtype.name, "shape": list(array.shape)})
        return {"outputs": outputs}

    def measure(self, engine, inputs, requests, warmUpMs, durationMs, minIterations, samples, **_):
        compiled = self.models[engine]
        pool = [compiled.create_infer_request() for _ in range(requests)]
        kept = [self.feed(compiled, request, inputs) for request in pool]
        drive = self.one_after_another if requests == 1 else self.several_at_once
        warm, _, _ = drive(pool, warmUpMs, 1)
        emit("phase", name="timing")
        used = time.process_time()
        times, elapsed, _ = drive(pool, durationMs, minIterations)
        used = time.process_time() - used
        del kept
        self.numpy.asarray(times, dtype="<f8").tofile(samples)
        return {"count": len(times), "elapsedMs": elapsed, "cpuMs": used * 1e3, "warmUpMs": float(sum(warm)) / requests}

    def one_after_another(self, pool, duration, iterations):
        request, clock = pool[0], time.perf_counter
        times = []
        first = clock()
        end = first
        while (end - first) * 1e3 < duration or len(times) < iterations:
            start = clock()
            request.infer(share_outputs=True)
            end = clock()
            times.append((end - start) * 1e3)
        return times, (end - first) * 1e3, None

    def several_at_once(self, pool, duration, iterations):
        """Each request is started again as soon as it is done; a latency is from start to end of its own."""
        clock = time.perf_counter
        times, started = [], {}
        first = clock()
        for i, request in enumerate(pool):
            started[i] = clock()
            request.start_async()
        busy = list(range(len(pool)))
        while busy:
            i = busy.pop(0)
            pool[i].wait()
            end = clock()
            times.append((end - started[i]) * 1e3)
            if (end - first) * 1e3 < duration or len(times) < iterations:
                started[i] = clock()
                pool[i].start_async()
                busy.append(i)
        return times, (clock() - first) * 1e3, None

    def profile(self, engine, inputs, layers, config, **_):
        compiled, blob = self.import_engine(engine, {**config, "PERF_COUNT": True})
        request = compiled.create_infer_request()
        kept = self.feed(compiled, request, inputs)
        request.infer()
        sums, runs, start = {}, 0, time.monotonic()
        while runs < 10 and (runs == 0 or time.monotonic() - start < 1):
            request.infer()
            runs += 1
            for row in request.get_profiling_info():
                sums[row.node_name] = sums.get(row.node_name, 0) + row.real_time.total_seconds() * 1e3
        self.write_layers(compiled, layers, {name: total / runs for name, total in sums.items()})
        del request, compiled, kept, blob
        return {"runs": runs}

    def write_layers(self, compiled, path, times):
        """The runtime graph in the order in which it runs; what is computed from constants alone is done once and left out."""
        rows, constant = [], set()
        for node in compiled.get_runtime_model().get_ordered_ops():
            facts = {key: text_of(value.value if hasattr(value, "value") else value) for key, value in node.get_rt_info().items()}
            name = node.get_friendly_name()
            sources = [port.get_source_output().get_node().get_friendly_name() for port in node.inputs()]
            kind = str(facts.get("layerType", ""))
            if kind == "Const" or (sources and all(source in constant for source in sources)):
                constant.add(name)
                continue
            outputs = node.outputs()
            shape = outputs[0].get_partial_shape() if outputs else []
            rows.append(
                {
                    "name": name,
                    "type": kind,
                    "kernel": str(facts.get("primitiveType", "")),
                    "precision": str(facts.get("runtimePrecision", "")),
                    "outputPrecisions": str(facts.get("outputPrecisions", "")),
                    "layouts": str(facts.get("outputLayouts", "")),
                    "originals": str(facts.get("originalLayersNames", "")),
                    "shape": [size.get_length() if size.is_static else -1 for size in shape],
                    "inputs": [source for source in sources if source not in constant],
                    **({"timeMs": times[name]} if times.get(name) else {}),
                }
            )
        with open(path, "w", encoding="utf-8") as file:
            json.dump(rows, file)


def serve():
    session = Session(*load_package())
    session.tell()
    works = {work.__name__: work for work in (session.build, session.load, session.run, session.measure, session.profile)}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            emit("answer", id=request["id"], **works[request["do"]](**request))
        except OSError as error:
            emit("failed", id=request["id"], reason=error.strerror or str(error), errno=error.errno, path=error.filename)
        except Exception as error:  # The library throws RuntimeError for all that it has to say.
            emit("failed", id=request["id"], reason=str(error)[:8000] or type(error).__name__)


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.argv[1:] == ["--find"]:
        find_package()
    elif sys.argv[1:] == ["--version"]:
        Session(*load_package()).tell()
    elif sys.argv[1:] == ["--serve"]:
        serve()
    else:
        sys.exit(2)


if __name__ == "__main__":
    main()
