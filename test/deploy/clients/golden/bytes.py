# What is in pictures, by m (fp32): python classify.py PICTURE ...
# Needs: pip install onnxruntime pillow numpy
import os
import sys
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported
import numpy as np
import onnxruntime
from PIL import Image

folder = Path(__file__).parent
session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])


def classify(path):
    image = Image.open(path)
    if image.mode.startswith("I"):  # gray of 16 bits, of which Pillow would make white
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    image = image.convert("RGB")
    image = image.resize([72 * side // min(image.size) for side in image.size], Image.BILINEAR)
    left, top = (round((side - 64) / 2) for side in image.size)
    image = image.crop((left, top, left + 64, top + 64))
    pixels = np.asarray(image)[:, :, ::-1]
    x = pixels[None]
    logits = session.run(["logits"], {"input": x})[0][0]
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


if __name__ == "__main__":
    if not sys.argv[1:]:
        print("usage: python classify.py PICTURE ...", file=sys.stderr)
        sys.exit(2)
    for path in sys.argv[1:]:
        try:
            probabilities = classify(path)
        except (OSError, ValueError) as error:
            sys.exit(f"classify.py: {error}")
        for i in np.argsort(-probabilities, kind="stable")[:5]:
            print(path, f"{probabilities[i]:.4f}", f"class {i}")
