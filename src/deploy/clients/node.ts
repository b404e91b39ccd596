/* classify.mjs: onnxruntime-node and sharp, for one artifact's preprocessing. Nothing stands in it that this artifact does not need. */
import type { ClientFacts } from './client-facts.ts';
import { resizeText } from './node-resize.ts';

const list = (values: readonly number[]): string => `[${values.join(', ')}]`;

function samplesOf({ input: { channels, alpha } }: ClientFacts): number {
  return channels + (alpha ? 1 : 0);
}

function decodeLines({ color }: ClientFacts): readonly string[] {
  const lines = ['const { data, info } = await decode(path);'];
  if (color !== 'gray') return [...lines, 'let image = { ...info, data };'];
  return [
    ...lines,
    'const gray = Uint8Array.from({ length: data.length / 3 }, (_, i) =>',
    '  (data[3 * i] * 19595 + data[3 * i + 1] * 38470 + data[3 * i + 2] * 7471 + 0x8000) >> 16);',
    'let image = { ...info, channels: 1, data: gray };',
  ];
}

function resizeLines({ resize }: ClientFacts): readonly string[] {
  if (!resize) return [];
  const { shortSide, antialias } = resize;
  const side = antialias
    ? `(side) => Math.trunc((${shortSide} * side) / short)`
    : `(side) => roundHalfEven(side * (${shortSide} / short))`;
  return [
    'const short = Math.min(image.width, image.height);',
    `const scaled = ${side};`,
    'image = resize(image, scaled(image.width), scaled(image.height));',
  ];
}

function cropLines({ crop, resize }: ClientFacts): readonly string[] {
  if (!crop) return [];
  const { width, height } = crop;
  const middle = resize?.antialias
    ? `roundHalfEven((side - ${width}) / 2)`
    : `Math.floor((side - ${width}) / 2)`;
  const start = resize
    ? middle
    : `side < ${width} ? -Math.floor((${width} - side) / 2) : ${middle}`;
  return [
    `const start = (side) => ${start};`,
    `image = crop(image, start(image.width), start(image.height), ${width}, ${height});`,
  ];
}

/** The picture's channel of a network's channel. */
const channelText = ({ color }: ClientFacts): string => (color === 'bgr' ? '2 - c' : 'c');

const arrays = { float32: 'Float32Array', float16: 'Float16Array', uint8: 'Uint8Array' } as const;

function valueText(facts: ClientFacts): string {
  const { channels } = facts.input;
  const pixel =
    channels === 1 ? 'image.data[i]' : `image.data[i * ${channels} + ${channelText(facts)}]`;
  const { normalize } = facts;
  if (!normalize) return pixel;
  return `(${pixel} / 255 - mean[c]) / std[c]`;
}

function tensorLines(facts: ClientFacts): readonly string[] {
  const { channels, height, width, layout, dataType, alpha } = facts.input;
  const { normalize, batch = 1 } = facts;
  const samples = samplesOf(facts);
  const area = height * width;
  const shape =
    layout === 'NCHW' ? [batch, samples, height, width] : [batch, height, width, samples];
  const at = layout === 'NCHW' ? `c * ${area} + i` : `i * ${samples} + c`;
  const array = dataType === 'float16' ? 'Float32Array' : arrays[dataType];
  const numbers = dataType === 'float16' ? 'Uint16Array.from(x, toFloat16)' : 'x';
  return [
    ...(normalize
      ? [`const mean = ${list(normalize.mean)};`, `const std = ${list(normalize.std)};`]
      : []),
    `const x = new ${array}(${batch * samples * area})${alpha ? '.fill(255)' : ''};`,
    `for (let c = 0; c < ${channels}; c++)`,
    `  for (let i = 0; i < ${area}; i++) x[${at}] = ${valueText(facts)};`,
    `const tensor = new ort.Tensor('${dataType}', ${numbers}, ${list(shape)});`,
  ];
}

function runLines({ inputName, outputName, isLogits, batch = 1 }: ClientFacts): readonly string[] {
  const outputs = `const { ${outputName} } = await session.run({ ${inputName}: tensor });`;
  const first = `[...${outputName}.data]${batch > 1 ? `.slice(0, ${outputName}.dims[1])` : ''}`;
  if (!isLogits) return [outputs, `return ${first};`];
  return [
    outputs,
    `const values = ${first};`,
    'const largest = Math.max(...values);',
    'const powers = values.map((value) => Math.exp(value - largest));',
    'const sum = powers.reduce((total, power) => total + power);',
    'return powers.map((power) => power / sum);',
  ];
}

const decodeText = `
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
`;

const halfEvenText = `const roundHalfEven = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
`;

const cropText = `
/** A part of a picture; black where it reaches over the border. */
function crop({ data, width, height, channels }, left, top, columns, rows) {
  const part = new Uint8Array(columns * rows * channels);
  for (let y = Math.max(0, -top); y < Math.min(rows, height - top); y++)
    for (let x = Math.max(0, -left); x < Math.min(columns, width - left); x++)
      for (let c = 0; c < channels; c++)
        part[(y * columns + x) * channels + c] = data[((top + y) * width + left + x) * channels + c];
  return { data: part, width: columns, height: rows, channels };
}
`;

const float16Text = `
/** A number as the bits of the nearest float16. */
function toFloat16(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = Math.max(((bits >> 23) & 255) - 127, -14);
  const rounded = Math.abs(value) / 2 ** (exponent - 10);
  return ((bits >> 16) & 0x8000) | (roundHalfEven(rounded) + ((exponent + 14) << 10));
}
`;

function helpers(facts: ClientFacts): string {
  const { crop, resize, input } = facts;
  const rounds =
    input.dataType === 'float16' || (resize && !resize.antialias) || (crop && resize?.antialias);
  return [
    decodeText,
    ...(rounds ? [halfEvenText] : []),
    ...(resize ? [resizeText(resize)] : []),
    ...(crop ? [cropText] : []),
    ...(input.dataType === 'float16' ? [float16Text] : []),
  ].join('');
}

/** Of a class without a label, in the client's own words. */
const unnamed = ['`class $', '{i}`'].join('');

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

/** Words after `npm`. Both packages bring what they need; onnxruntime-node's script would fetch CUDA libraries from elsewhere. */
export const nodeInstall: readonly string[] = [
  'install',
  '--ignore-scripts',
  'onnxruntime-node',
  'sharp',
];

export function printNodeClient(facts: ClientFacts): string {
  const { hasLabels, runsNodeByNode, model } = facts;
  const options = runsNodeByNode ? ", { graphOptimizationLevel: 'disabled' }" : '';
  const asWritten = runsNodeByNode
    ? '// The optimiser of onnxruntime computes quantisers with float16 scales wrongly.\n'
    : '';
  const nameText = hasLabels ? 'labels[i]' : unnamed;
  const body = [decodeLines, resizeLines, cropLines, tensorLines, runLines];
  return `// What is in pictures, by ${model}: node classify.mjs PICTURE ...
// Needs: npm ${nodeInstall.join(' ')}
import { ${hasLabels ? 'readFileSync, ' : ''}realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

process.env.ORT_DISABLE_TELEMETRY = '1'; // read when onnxruntime is loaded
const ort = await import('onnxruntime-node');

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
${hasLabels ? "const labels = readFileSync(beside('labels.txt'), 'utf8').split('\\n');\n" : ''}${asWritten}const session = await ort.InferenceSession.create(beside('model.onnx')${options});
${helpers(facts)}
export async function classify(path) {
${indented(body.flatMap((lines) => lines(facts)))}
}

async function print(path) {
  const probabilities = await classify(path);
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  for (const i of order.slice(0, 5)) console.log(path, probabilities[i].toFixed(4), ${nameText});
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}

const [, program, ...paths] = process.argv;
if (program && realpathSync(program) === fileURLToPath(import.meta.url)) {
  if (paths.length === 0) fail('usage: node classify.mjs PICTURE ...', 2);
  for (const path of paths)
    await print(path).catch((error) => fail(\`classify.mjs: \${path}: \${error.message}\`, 1));
}
`;
}
