/* Conversions as `rcc compile` makes them, each twice. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../engines/target.ts';
import { tensorrtRtxForm } from '../../engines/tensorrt-rtx/graph-form.ts';
import { compileSpec } from '../../src/compile/compile.ts';
import type { Spec } from '../../src/language/spec.ts';
import { chooseTarget } from '../../src/targets/choose-target.ts';
import { readTargetIntent } from '../../src/targets/target-options.ts';

export interface Form {
  readonly precision: 'fp32' | 'fp16' | 'int8';
  readonly target: 'onnx' | 'onnxruntime';
  /** TensorRT that the model is written for. */
  readonly release?: string;
  /** Least compute capability of TensorRT-RTX's GPUs, that the model is written for. */
  readonly capability?: number;
  /** Whose form it has there, in numbers of `precision`; default: its own. */
  readonly shapedAs?: Form['precision'];
  /** The form whose numbers those of this one are judged by; default: `fp32`. */
  readonly base?: string;
  /** Parameters that stay in float32 whatever the precision, by parts of their names. */
  readonly inFloat32?: readonly string[];
  /** The form whose model.onnx has the same bytes. */
  readonly sameAs?: string;
}

/** The forms that every file is judged in, by their names in the tables. */
const fileForms = {
  fp32: { precision: 'fp32', target: 'onnx' },
  fp16: { precision: 'fp16', target: 'onnx' },
  int8: { precision: 'int8', target: 'onnx' },
  'int8 for TensorRT 8.6': { precision: 'int8', target: 'onnx', release: '8.6' },
  'int8 for TensorRT 10.4': { precision: 'int8', target: 'onnx', release: '10.4' },
  'int8 for TensorRT 11.1': { precision: 'int8', target: 'onnx', release: '11.1' },
  'embedded fp32': { precision: 'fp32', target: 'onnxruntime', sameAs: 'fp32' },
  'embedded fp16': { precision: 'fp16', target: 'onnxruntime', sameAs: 'fp16' },
  'embedded int8': { precision: 'int8', target: 'onnxruntime', sameAs: 'int8' },
} as const satisfies Record<string, Form>;

/** TensorRT-RTX's, with heads, parts and quantisers of their own. */
const compilerForms = {
  'fp32 for 7.5': { precision: 'fp32', target: 'onnx', capability: 7.5, base: 'fp32 for 7.5' },
  'fp16 for 7.5': {
    precision: 'fp16',
    target: 'onnx',
    capability: 7.5,
    base: 'fp32 for 7.5',
    inFloat32: ['head/fc.bias'],
  },
  'fp32 for 8.6': { precision: 'fp32', target: 'onnx', capability: 8.6, base: 'fp32 for 8.6' },
  'fp32, shaped as fp16 for 8.6': {
    precision: 'fp32',
    target: 'onnx',
    capability: 8.6,
    shapedAs: 'fp16',
    base: 'fp32, shaped as fp16 for 8.6',
  },
  'fp16 for 8.6': {
    precision: 'fp16',
    target: 'onnx',
    capability: 8.6,
    base: 'fp32, shaped as fp16 for 8.6',
  },
  'int8 for 8.6': { precision: 'int8', target: 'onnx', capability: 8.6, base: 'fp32 for 8.6' },
} as const satisfies Record<string, Form>;

const forms = { ...fileForms, ...compilerForms };

export type FormName = keyof typeof forms;
export const formNames = Object.keys(fileForms) as readonly FormName[];
export const compilerFormNames = Object.keys(compilerForms) as readonly FormName[];

export const formOf = (
  name: FormName,
): Form & { readonly sameAs?: FormName; readonly base?: FormName } => forms[name];

export interface ConversionOptions {
  /** Inputs (.npy) or a calibration that was made of them. */
  readonly calibrate: string;
  /** Default `entropy`. */
  readonly calibrationAlgorithm?: 'max';
}

/** What a conversion wrote. */
export interface Conversion {
  readonly modelPath: string;
  /** What the embedded engine runs: its own file, where one was built. */
  readonly enginePath: string;
  /** Of model.onnx. */
  readonly sha256: string;
}

async function targetOf(form: Form): Promise<Target> {
  const { precision, target, release, capability, shapedAs = precision } = form;
  const { intent } = await readTargetIntent(target, {
    threads: '1',
    ...(release && { trt: release }),
  });
  const chosen = await chooseTarget(intent, { precision, env: {} });
  return capability === undefined
    ? chosen
    : { ...chosen, form: { ...tensorrtRtxForm(shapedAs, capability), precision } };
}

/** Compiles once. Verification is the judges' own here. */
export async function convert(
  spec: Spec,
  form: Form,
  directory: string,
  options: ConversionOptions,
): Promise<Conversion> {
  const { precision } = form;
  const target = await targetOf(form);
  const { engine } = target;
  await compileSpec(spec, {
    target,
    directory,
    verify: false,
    ...(precision === 'int8' ? options : {}),
  });
  const modelPath = join(directory, 'model.onnx');
  const enginePath = engine ? join(directory, engine.fileName) : modelPath;
  const sha256 = createHash('sha256').update(readFileSync(modelPath)).digest('hex');
  return { modelPath, enginePath, sha256 };
}

/** Compiles twice, each time from nothing. */
export async function convertTwice(
  spec: Spec,
  form: Form,
  directory: string,
  options: ConversionOptions,
): Promise<readonly [Conversion, Conversion]> {
  return [
    await convert(spec, form, directory, options),
    await convert(spec, form, `${directory}.again`, options),
  ];
}
