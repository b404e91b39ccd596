// What is in pictures, by m (fp32): node classify.mjs PICTURE ...
// Needs: npm install --ignore-scripts onnxruntime-node sharp
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

process.env.ORT_DISABLE_TELEMETRY = '1'; // read when onnxruntime is loaded
const ort = await import('onnxruntime-node');

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
const session = await ort.InferenceSession.create(beside('model.onnx'));

/** Red, green and blue; of a picture in ink (CMYK) as Pillow makes them. */
async function decode(path) {
  const options = { ignoreIcc: true, failOn: 'truncated' };
  const { space } = await sharp(path, options).metadata();
  const isInk = space === 'cmyk';
  const picture = sharp(path, options).removeAlpha().toColourspace(isInk ? 'cmyk' : 'srgb');
  if (isInk) picture.pipelineColourspace('cmyk');
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  if (!isInk) return { data, info };
  const light = (_, i) => {
    const [ink, white] = [data[Math.floor(i / 3) * 4 + (i % 3)], 255 - data[Math.floor(i / 3) * 4 + 3]];
    return Math.max(0, white - Math.round((ink * white) / 255));
  };
  return { data: Uint8Array.from({ length: (data.length / 4) * 3 }, light), info: { ...info, channels: 3 } };
}
const roundHalfEven = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

const inner = (d) => (1.25 * d - 2.25) * d * d + 1;
const outer = (d) => ((-0.75 * d + 3.75) * d - 6) * d + 3;
/** OpenCV's bicubic resize: the pixels that each new one is made of, and their weights in 2048ths. */
function tapsOf(inputs, outputs) {
  const scale = 1 / (outputs / inputs);
  return Array.from({ length: outputs }, (_, output) => {
    const position = Math.fround((output + 0.5) * scale - 0.5);
    const x = Math.fround(position - Math.floor(position));
    const weights = [outer(1 + x), inner(x), inner(1 - x), 1 - outer(1 + x) - inner(x) - inner(1 - x)].map((weight) => roundHalfEven(Math.fround(weight) * 2048));
    const at = weights.map((_, k) => Math.min(Math.max(Math.floor(position) + k - 1, 0), inputs - 1));
    return { at, weights };
  });
}

const down = (sums, weights) => Math.floor((sums.reduce((total, sum, k) => total + sum * weights[k], 0) + 2 ** 21) / 2 ** 22);

function resize({ data, width, height, channels }, columns, rows) {
  const line = columns * channels;
  const sums = new Int32Array(height * line);
  for (const [x, { at, weights }] of tapsOf(width, columns).entries())
    for (let y = 0; y < height; y++)
      for (let c = 0; c < channels; c++)
        sums[y * line + x * channels + c] = at.reduce((sum, i, k) => sum + weights[k] * data[(y * width + i) * channels + c], 0);
  const result = new Uint8ClampedArray(rows * line);
  for (const [y, { at, weights }] of tapsOf(height, rows).entries())
    for (let i = 0; i < line; i++) result[y * line + i] = down(at.map((row) => sums[row * line + i]), weights);
  return { data: result, width: columns, height: rows, channels };
}

/** A part of a picture; black where it reaches over the border. */
function crop({ data, width, height, channels }, left, top, columns, rows) {
  const part = new Uint8Array(columns * rows * channels);
  for (let y = Math.max(0, -top); y < Math.min(rows, height - top); y++)
    for (let x = Math.max(0, -left); x < Math.min(columns, width - left); x++)
      for (let c = 0; c < channels; c++)
        part[(y * columns + x) * channels + c] = data[((top + y) * width + left + x) * channels + c];
  return { data: part, width: columns, height: rows, channels };
}

export async function classify(path) {
  const { data, info } = await decode(path);
  let image = { ...info, data };
  const short = Math.min(image.width, image.height);
  const scaled = (side) => roundHalfEven(side * (73 / short));
  image = resize(image, scaled(image.width), scaled(image.height));
  const start = (side) => Math.floor((side - 64) / 2);
  image = crop(image, start(image.width), start(image.height), 64, 64);
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];
  const x = new Float32Array(12288);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < 4096; i++) x[c * 4096 + i] = (image.data[i * 3 + 2 - c] / 255 - mean[c]) / std[c];
  const tensor = new ort.Tensor('float32', x, [1, 3, 64, 64]);
  const { logits } = await session.run({ input: tensor });
  const values = [...logits.data];
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power);
  return powers.map((power) => power / sum);
}

async function print(path) {
  const probabilities = await classify(path);
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  for (const i of order.slice(0, 5)) console.log(path, probabilities[i].toFixed(4), `class ${i}`);
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}

const [, program, ...paths] = process.argv;
if (program && realpathSync(program) === fileURLToPath(import.meta.url)) {
  if (paths.length === 0) fail('usage: node classify.mjs PICTURE ...', 2);
  for (const path of paths)
    await print(path).catch((error) => fail(`classify.mjs: ${path}: ${error.message}`, 1));
}
