"""What an export script reports. Import it first: its clock starts then, and onnxruntime, should it be loaded, records nothing."""
import time

STARTED = time.perf_counter()

import json
import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test" / "interop"))
import telemetry_off

RESULT = os.dup(1)
# Exporters print to stdout, from C++ too; only the result belongs there.
sys.stdout.flush()
os.dup2(2, 1)


def print_result(path):
    """Prints {"seconds", "peakBytes", "path"}: the time since the script started, imports included, and its largest resident memory."""
    result = {
        "seconds": round(time.perf_counter() - STARTED, 3),
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "path": path,
    }
    os.write(RESULT, (json.dumps(result) + "\n").encode())
