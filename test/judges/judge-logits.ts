/* What the embedded engine computes of a model, against what the framework or the definitions say. */
import type { DataType } from '../../codegen/ir/types.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import type { Form } from './forms.ts';
import type { FloatArray } from './npy.ts';
import { readOnnxFile } from './onnx-file.ts';
import { rolesOf } from './roles.ts';

const engine = createOnnxruntimeEngine({ threads: 1 });
/** onnxruntime 1.30 merges quantisers with float16 scales wrongly where it optimises. */
const exact = createOnnxruntimeEngine({ threads: 1, optimization: 'disabled' });

function hasHalfScales(path: string): boolean {
  const file = readOnnxFile(path);
  const { scales } = rolesOf(file);
  return [...scales].some((name) => file.initializers.get(name)?.type === 'FLOAT16');
}

/** Largest error that a precision may cause, in the expected logits' standard deviation. */
export const allowedErrors: Readonly<Record<Form['precision'], number>> = {
  fp32: 2e-4,
  fp16: 0.05,
  int8: 0.6,
};

export interface Question {
  readonly input: FloatArray;
  /** [N, classes] */
  readonly logits: ArrayLike<number>;
}

/** The output of a model or an engine for one input, float32. */
export async function runModel(path: string, { shape, values }: FloatArray): Promise<Float32Array> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const input = { dataType: 'float32' as DataType, shape, bytes };
  const isPlain = path.endsWith('model.onnx') && hasHalfScales(path);
  const { logits } = await (isPlain ? exact : engine).run(path, { input });
  if (logits?.dataType !== 'float32') throw new Error(`${path} gives no float32 logits`);
  return new Float32Array(Uint8Array.from(logits.bytes).buffer);
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function firstClasses(logits: ArrayLike<number>, images: number): readonly number[] {
  const all = Array.from(logits);
  const classes = all.length / images;
  return Array.from({ length: images }, (_, image) => {
    const own = all.slice(image * classes, (image + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}

export interface LogitsJudgement {
  /** Largest error in the expected logits' standard deviation; NaN where a logit is not finite. */
  readonly error: number;
  readonly wrong: readonly string[];
}

/** Judges outputs by their precision; where classes may not change, the first one of each picture is the same. */
export function judgeLogits(
  logits: ArrayLike<number>,
  { input, logits: wanted }: Question,
  precision: Form['precision'],
): LogitsJudgement {
  const got = Array.from(logits);
  if (got.length !== wanted.length) return { error: Number.NaN, wrong: ['another shape'] };
  if (!got.every(Number.isFinite)) return { error: Number.NaN, wrong: ['logits are not finite'] };
  const largest = Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] as number))));
  const error = largest / deviationOf(Array.from(wanted));
  const wrong = error <= allowedErrors[precision] ? [] : [`logits are off by ${error}`];
  const [images = 1] = input.shape;
  const classes = [got, wanted].map((each) => firstClasses(each, images).join());
  const isKept = precision === 'int8' || classes[0] === classes[1];
  return { error, wrong: isKept ? wrong : [...wrong, `classes ${classes.join(' for ')}`] };
}
