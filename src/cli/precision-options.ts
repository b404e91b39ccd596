import { type Command, InvalidArgumentError, Option } from 'commander';
import { type OutputForm, outputForms } from '../../codegen/architecture/output-names.ts';
import { type InputForm, inputForms } from '../../codegen/passes/adapt-input.ts';
import {
  type Precision,
  type PrecisionRow,
  precisionNames,
  precisionRow,
  precisions,
  referencePrecision,
} from '../../codegen/precisions.ts';
import type { FloatRest } from '../../codegen/quantization/scale-rounding.ts';
import {
  algorithmNames,
  type CalibrationAlgorithm,
  defaultAlgorithm,
} from '../calibration/algorithm-names.ts';
import { ownValue } from '../collections/own-value.ts';
import type { CalibrationOptions } from '../compile/calibration-step.ts';
import type { GraphOptions } from '../compile/precision.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';

/** The options of precisions, as commander gives them; beside them, true under the name of each that was asked for. */
export interface PrecisionCommandOptions {
  readonly keepFp32?: readonly string[];
  readonly int8Keep?: readonly string[];
  readonly int8Rest?: FloatRest;
  readonly calibrate?: string;
  readonly calibrationImages?: number;
  readonly calibrationAlgorithm?: CalibrationAlgorithm;
  readonly inputType?: InputForm;
  readonly outputType?: OutputForm;
}

/** The precisions asked for, in order. */
export function askedPrecisions(options: object): readonly Precision[] {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const { precision: named = [] } = options as { readonly precision?: readonly Precision[] };
  return precisionNames.filter((name) => ownValue(given, name) === true || named.includes(name));
}

/** The precisions asked for, in order; float32 where none was. */
export function precisionsOf(options: PrecisionCommandOptions): readonly Precision[] {
  const asked = askedPrecisions(options);
  return asked.length > 0 ? asked : [referencePrecision];
}

/** `fp16` or `fp32,int8` → the precisions, in any case. */
function parsePrecisions(text: string): readonly Precision[] {
  return text.split(',').map((part) => {
    const name = precisionNames.find((known) => known === part.trim().toLowerCase());
    if (name) return name;
    const known = precisionNames.join(', ');
    throw new InvalidArgumentError(`There are ${known}; several are written with commas.`);
  });
}

/** Declares `--fp16` and its like, and `--precision fp16` as a long way to say them. */
export function declarePrecisions(
  command: Command,
  helpOf: (precision: (typeof precisions)[number]) => string,
): void {
  for (const precision of precisions) command.option(`--${precision.name}`, helpOf(precision));
  command.addOption(
    new Option(
      '--precision <names>',
      'the same by name: fp16, or several with commas: fp32,int8',
    ).argParser(parsePrecisions),
  );
}

/** `stem,stage1/block0` → its parts. */
function parsePatterns(text: string): readonly string[] {
  const patterns = text.split(',').map((part) => part.trim());
  if (patterns.includes('')) throw new InvalidArgumentError('A name is missing.');
  return patterns;
}

function parseImages(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

const rests: ReadonlyMap<string, FloatRest> = new Map([
  ['fp16', 'float16'],
  ['fp32', 'float32'],
]);

function parseRest(text: string): FloatRest {
  const rest = rests.get(text.toLowerCase());
  if (rest) return rest;
  throw new InvalidArgumentError(`There are ${[...rests.keys()].join(' and ')}.`);
}

interface PrecisionOptionRow {
  readonly key: keyof PrecisionCommandOptions;
  readonly option: Option;
  /** Precisions that it changes something for; default: all. */
  readonly changes?: (row: PrecisionRow) => unknown;
}

const rows: readonly PrecisionOptionRow[] = [
  {
    key: 'calibrate',
    option: new Option(
      '--calibrate <path>',
      'pictures (folder, archive), inputs (.npy) or an earlier calibration.json that tell int8 its ranges',
    ),
    changes: ({ isCalibrated, isNarrowFloat }) => isCalibrated ?? isNarrowFloat,
  },
  {
    key: 'calibrationImages',
    option: new Option(
      '--calibration-images <n>',
      'most pictures that are taken, spread evenly (default: 500)',
    ).argParser(parseImages),
    changes: ({ isCalibrated }) => isCalibrated,
  },
  {
    key: 'calibrationAlgorithm',
    option: new Option(
      '--calibration-algorithm <name>',
      `how ranges are chosen (default: ${defaultAlgorithm})`,
    ).choices(algorithmNames),
    changes: ({ isCalibrated, isCalibratedByMax }) => isCalibrated && !isCalibratedByMax,
  },
  {
    key: 'keepFp32',
    option: new Option(
      '--keep-fp32 <layers>',
      'blocks of an fp16 model that stay in float32, as stem,stage4,stage1/block0',
    ).argParser(parsePatterns),
    changes: ({ keeps }) => keeps?.option === 'keepFp32',
  },
  {
    key: 'int8Keep',
    option: new Option(
      '--int8-keep <layers>',
      'layers of an int8 model that are not quantised, as stem,fc',
    ).argParser(parsePatterns),
    changes: ({ isCalibrated }) => isCalibrated,
  },
  {
    key: 'int8Rest',
    option: new Option(
      '--int8-rest <type>',
      'fp16 or fp32: what an int8 model computes in between its quantisers (default: fp16 where builders take types from the graph)',
    ).argParser(parseRest),
    changes: ({ mayRestInFloat32 }) => mayRestInFloat32,
  },
  {
    key: 'inputType',
    option: new Option(
      '--input-type <form>',
      'what the model reads: normalised numbers, or pixels that it normalises itself (default: float32)',
    ).choices(inputForms),
  },
  {
    key: 'outputType',
    option: new Option(
      '--output-type <form>',
      "what the model answers: logits, or probabilities by a Softmax in the graph (default: as the spec's head)",
    ).choices(outputForms),
  },
];

export function declarePrecisionOptions(command: Command): void {
  declarePrecisions(command, ({ help }) => help);
  for (const { option } of rows) command.addOption(option);
}

/** What of the options decides a precision's graph. */
export function graphOptionsOf({
  calibrate,
  calibrationImages,
  calibrationAlgorithm,
  keepFp32,
  int8Keep,
  int8Rest,
  inputType: inputForm,
  outputType: outputForm,
}: PrecisionCommandOptions): GraphOptions & CalibrationOptions {
  return {
    calibrate,
    calibrationImages,
    calibrationAlgorithm,
    keepFp32,
    int8Keep,
    int8Rest,
    inputForm,
    outputForm,
  };
}

/** Options that were given for a precision that was not. */
export function idleOptions(options: PrecisionCommandOptions): readonly Diagnostic[] {
  const asked = precisionsOf(options).map(precisionRow);
  return rows.flatMap(({ key, option, changes }) => {
    if (options[key] === undefined || !changes || asked.some(changes)) return [];
    const able = precisions.filter((row: PrecisionRow) => changes(row)).map(({ name }) => name);
    return [createDiagnostic('precision-option-idle', { option: option.long ?? key, able })];
  });
}
