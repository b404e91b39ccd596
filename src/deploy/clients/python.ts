/* classify.py: onnxruntime, Pillow and numpy, for one artifact's preprocessing. Nothing stands in it that this artifact does not need. */
import type { ClientFacts } from './client-facts.ts';

/** `0.1` and `(0.485, 0.456)` as Python's float32 arrays. */
const floats = (values: readonly number[]): string => `np.float32([${values.join(', ')}])`;

const filters = {
  bilinear: ['Image.BILINEAR', 'cv2.INTER_LINEAR'],
  bicubic: ['Image.BICUBIC', 'cv2.INTER_CUBIC'],
  nearest: ['Image.NEAREST', 'cv2.INTER_NEAREST'],
} as const;

/** Pillow's resize always antialiases: a resize without is OpenCV's. */
function needsOpenCv({ resize }: ClientFacts): boolean {
  return resize !== undefined && !resize.antialias;
}

function resizeLines(facts: ClientFacts): readonly string[] {
  const { resize } = facts;
  if (!resize) return [];
  const { shortSide, interpolation } = resize;
  const [pillow, opencv] = filters[interpolation];
  if (!needsOpenCv(facts))
    return [
      `image = image.resize([${shortSide} * side // min(image.size) for side in image.size], ${pillow})`,
    ];
  return [
    `scale = ${shortSide} / min(image.size)`,
    'size = [round(side * scale) for side in image.size]',
    `image = Image.fromarray(cv2.resize(np.asarray(image), size, interpolation=${opencv}))`,
  ];
}

function cropLines({ crop, resize }: ClientFacts): readonly string[] {
  if (!crop) return [];
  const { width, height } = crop;
  const middle = resize?.antialias ? `round((side - ${width}) / 2)` : `(side - ${width}) // 2`;
  // A resized picture is as large as its crop; one that is not may be smaller, and gets a black border.
  const start = resize ? middle : `-((${width} - side) // 2) if side < ${width} else ${middle}`;
  return [
    `left, top = (${start} for side in image.size)`,
    `image = image.crop((left, top, left + ${width}, top + ${height}))`,
  ];
}

function pixelLines({ input, normalize, color }: ClientFacts): readonly string[] {
  const { dataType, layout, alpha } = input;
  const isFloat = dataType !== 'uint8';
  const pixels = `np.asarray(image${isFloat ? ', np.float32' : ''})`;
  const planes = color === 'gray' ? '[None, None]' : '.transpose(2, 0, 1)[None]';
  const interleaved = color === 'gray' ? '[None, :, :, None]' : '[None]';
  return [
    `pixels = ${pixels}${color === 'bgr' ? '[:, :, ::-1]' : ''}`,
    ...(normalize
      ? [`pixels = (pixels / 255 - ${floats(normalize.mean)}) / ${floats(normalize.std)}`]
      : []),
    ...(alpha ? ['pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])'] : []),
    `x = pixels${layout === 'NCHW' ? planes : interleaved}${dataType === 'float16' ? '.astype(np.float16)' : ''}`,
  ];
}

function runLines({ batch = 1, inputName, outputName, isLogits }: ClientFacts): readonly string[] {
  const repeated =
    batch > 1
      ? [`x = np.repeat(x, ${batch}, axis=0)  # the model takes ${batch} pictures at once`]
      : [];
  const run = `session.run(["${outputName}"], {"${inputName}": x})[0][0]`;
  if (!isLogits) return [...repeated, `return ${run}`];
  return [
    ...repeated,
    `logits = ${run}`,
    'powers = np.exp(logits - logits.max())',
    'return powers / powers.sum()',
  ];
}

function sessionLines({ runsNodeByNode }: ClientFacts): readonly string[] {
  const open = 'session = onnxruntime.InferenceSession(folder / "model.onnx"';
  const end = 'providers=["CPUExecutionProvider"])';
  if (!runsNodeByNode) return [`${open}, ${end}`];
  return [
    '# The optimiser of onnxruntime computes quantisers with float16 scales wrongly.',
    'options = onnxruntime.SessionOptions()',
    'options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL',
    `${open}, options, ${end}`,
  ];
}

const indented = (lines: readonly string[]): string =>
  lines.map((line) => `    ${line}`).join('\n');

/** Packages as pip takes them. */
export function pythonPackages(facts: ClientFacts): readonly string[] {
  return [
    'onnxruntime',
    'pillow',
    'numpy',
    ...(needsOpenCv(facts) ? ['opencv-python-headless'] : []),
  ];
}

export function printPythonClient(facts: ClientFacts): string {
  const cv2 = needsOpenCv(facts);
  const { color, hasLabels, model } = facts;
  return `# What is in pictures, by ${model}: python classify.py PICTURE ...
# Needs: pip install ${pythonPackages(facts).join(' ')}
import os
import sys
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported
${cv2 ? 'import cv2\n' : ''}import numpy as np
import onnxruntime
from PIL import Image

folder = Path(__file__).parent
${hasLabels ? 'labels = (folder / "labels.txt").read_text(encoding="utf-8").split("\\n")\n' : ''}${sessionLines(facts).join('\n')}


def classify(path):
    image = Image.open(path)
    if image.mode.startswith("I"):  # gray of 16 bits, of which Pillow would make white
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    image = image.convert("${color === 'gray' ? 'L' : 'RGB'}")
${indented([...resizeLines(facts), ...cropLines(facts), ...pixelLines(facts), ...runLines(facts)])}


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
            print(path, f"{probabilities[i]:.4f}", ${hasLabels ? 'labels[i]' : 'f"class {i}"'})
`;
}
