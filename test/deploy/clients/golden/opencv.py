# What is in pictures, by m (fp32): python classify.py PICTURE ...
# Needs: pip install onnxruntime pillow numpy opencv-python-headless
import os
import sys
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported
import cv2
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
    scale = 73 / min(image.size)
    size = [round(side * scale) for side in image.size]
    image = Image.fromarray(cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_CUBIC))
    left, top = ((side - 64) // 2 for side in image.size)
    image = image.crop((left, top, left + 64, top + 64))
    pixels = np.asarray(image, np.float32)[:, :, ::-1]
    pixels = (pixels / 255 - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])
    x = pixels.transpose(2, 0, 1)[None]
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
