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

const filter = (x) => Math.max(0, 1 - Math.abs(x));

/** Pillow's bilinear resize: the pixels that each new one is made of, [index, weight] each. */
function tapsOf(inputs, outputs) {
  const scale = inputs / outputs;
  const widen = Math.max(scale, 1);
  return Array.from({ length: outputs }, (_, output) => {
    const center = (output + 0.5) * scale;
    const first = Math.max(Math.trunc(center - widen + 0.5), 0);
    const end = Math.min(Math.trunc(center + widen + 0.5), inputs);
    const weights = Array.from({ length: end - first }, (_, k) => filter((first + k - center + 0.5) / widen));
    const sum = weights.reduce((total, weight) => total + weight);
    return weights.map((weight, k) => [first + k, Math.round((weight / sum) * 2 ** 22) / 2 ** 22]);
  });
}

/** One side of [outer, inputs, inner]. */
function resample(data, outer, inputs, inner, outputs) {
  const result = new Uint8ClampedArray(outer * outputs * inner);
  for (const [output, taps] of tapsOf(inputs, outputs).entries())
    for (let a = 0; a < outer; a++)
      for (let b = 0; b < inner; b++) {
        const sum = taps.reduce((total, [i, weight]) => total + weight * data[(a * inputs + i) * inner + b], 0);
        result[(a * outputs + output) * inner + b] = Math.floor(sum + 0.5);
      }
  return result;
}

function resize({ data, width, height, channels }, columns, rows) {
  const across = resample(data, height, width, channels, columns);
  const down = resample(across, 1, height, columns * channels, rows);
  return { data: down, width: columns, height: rows, channels };
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
  const scaled = (side) => Math.trunc((72 * side) / short);
  image = resize(image, scaled(image.width), scaled(image.height));
  const start = (side) => roundHalfEven((side - 64) / 2);
  image = crop(image, start(image.width), start(image.height), 64, 64);
  const x = new Uint8Array(12288);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < 4096; i++) x[i * 3 + c] = image.data[i * 3 + 2 - c];
  const tensor = new ort.Tensor('uint8', x, [1, 64, 64, 3]);
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
