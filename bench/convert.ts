/* Weights file → ONNX, as a whole process, against `cp` of the same weights in turn. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lowerSpec } from '../codegen/architecture/lower.ts';
import { bytesOf, float32View } from '../codegen/weights/float-bytes.ts';
import { createNaming } from '../codegen/weights/naming/naming.ts';
import { schemes } from '../codegen/weights/naming/schemes.ts';
import { synthesizeWeights } from '../codegen/weights/synthesize.ts';
import type { TensorSource } from '../codegen/weights/tensor-source.ts';
import { loadModels } from '../src/language/load.ts';
import { type NamedTensor, weightsWriters } from './weights-writers.ts';
import { medianOf, runProcess } from './whole-process.ts';

export interface ConvertRow {
  readonly model: string;
  readonly format: string;
  readonly weightsBytes: number;
  readonly cpMs: number;
  readonly rccMs: number;
  /** Median of rcc over cp, pair by pair. */
  readonly ratio: number;
  readonly peakBytes: number;
}

const models = ['resnet18', 'resnet50_vd', 'resnet101_vd', 'resnet200_vd'] as const;
type Format = keyof typeof weightsWriters;
const schemeOf: Readonly<Record<Format, string>> = {
  pdparams: 'paddleclas',
  pth: 'timm',
  safetensors: 'timm',
};

/** [classes, inputs] → [inputs, classes], as Paddle stores a linear layer. */
function transposed(source: TensorSource): TensorSource {
  const [rows = 0, columns = 0] = source.shape;
  return {
    ...source,
    shape: [columns, rows],
    async read() {
      const values = float32View(await source.read());
      const result = new Float32Array(values.length);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j] ?? 0;
      }
      return bytesOf(result);
    },
  };
}

async function tensorsOf(model: string, format: Format): Promise<readonly NamedTensor[]> {
  const path = `specs/${model}.rn`;
  const { models: specs } = await loadModels(path, { readText: (file) => readFile(file, 'utf8') });
  const [spec] = specs;
  const deep = spec?.stem === 'deep';
  const wanted = schemeOf[format] === 'timm' && !deep ? 'torchvision' : schemeOf[format];
  const scheme = schemes.find(({ name }) => name === wanted);
  if (!spec || !scheme) throw new Error(`${path} or the scheme ${wanted} is missing`);
  const graph = synthesizeWeights(lowerSpec(spec), 1);
  const { nameOf } = createNaming(scheme);
  return [...graph.initializers.values()].flatMap(({ slot, source }) => {
    const name = slot && nameOf(slot);
    if (!slot || !source || name === undefined) return [];
    const turn = slot.role === 'linear.weight' && scheme.linearLayout === 'io';
    return [{ name, source: turn ? transposed(source) : source }];
  });
}

/** Times every model and format; `runs` counted pairs after one that is not. */
export async function benchConvert(
  runs: number,
  log: (line: string) => void,
): Promise<readonly ConvertRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-bench-'));
  const rows: ConvertRow[] = [];
  try {
    for (const model of models) {
      for (const format of Object.keys(weightsWriters) as Format[]) {
        const weights = join(folder, `${model}.${format}`);
        await weightsWriters[format](weights, await tensorsOf(model, format));
        const pairs = Array.from({ length: runs + 1 }, () => {
          const cp = runProcess('cp', [weights, join(folder, 'copy')]);
          const output = join(folder, 'artifact');
          const rcc = runProcess(process.execPath, [
            ...['dist/rcc.js', 'compile', `specs/${model}.rn`, '--weights', weights],
            ...['--target', 'onnx', '-o', output, '--quiet'],
          ]);
          rmSync(output, { recursive: true });
          rmSync(join(folder, 'copy'));
          return { cp, rcc };
        }).slice(1);
        const row: ConvertRow = {
          model,
          format,
          weightsBytes: statSync(weights).size,
          cpMs: medianOf(pairs.map(({ cp }) => cp.wallMs)),
          rccMs: medianOf(pairs.map(({ rcc }) => rcc.wallMs)),
          ratio: medianOf(pairs.map(({ cp, rcc }) => rcc.wallMs / cp.wallMs)),
          peakBytes: Math.max(...pairs.map(({ rcc }) => rcc.peakBytes ?? 0)),
        };
        rmSync(weights);
        log(
          `${model}.${format}: rcc ${row.rccMs.toFixed(0)} ms, cp ${row.cpMs.toFixed(0)} ms, ${(row.peakBytes / 1e6).toFixed(0)} MB`,
        );
        rows.push(row);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}
