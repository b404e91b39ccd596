"""Keeps onnxruntime from recording what it runs and sending it to its maker. Import it before whatever may load onnxruntime."""
import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
