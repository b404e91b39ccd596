import { type Command, InvalidArgumentError, Option } from 'commander';
import { type InputForm, inputForms } from '../../codegen/passes/adapt-input.ts';
import type { Precision } from '../../codegen/precisions.ts';
import {
  algorithmNames,
  type CalibrationAlgorithm,
  defaultAlgorithm,
} from '../calibration/algorithm-names.ts';
import type { PrecisionOptions } from '../compile/precision.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';

/** The options of precisions, as commander gives them. */
export interface PrecisionCommandOptions {
  readonly fp32?: boolean;
  readonly fp16?: boolean;
  readonly int8?: boolean;
  readonly keepFp32?: readonly string[];
  readonly int8Keep?: readonly string[];
  readonly calibrate?: string;
  readonly calibrationImages?: number;
  readonly calibrationAlgorithm?: CalibrationAlgorithm;
  readonly inputType?: InputForm;
}

const precisions = ['fp32', 'fp16', 'int8'] as const satisfies readonly Precision[];

/** The precisions asked for, in order; float32 where none was. */
export function precisionsOf(options: PrecisionCommandOptions): readonly Precision[] {
  const asked = precisions.filter((precision) => options[precision]);
  return asked.length > 0 ? asked : ['fp32'];
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

interface PrecisionOptionRow {
  readonly key: keyof PrecisionCommandOptions;
  readonly option: Option;
  /** Precisions that it changes something for; default: all. */
  readonly changes?: readonly Precision[];
}

const rows: readonly PrecisionOptionRow[] = [
  { key: 'fp32', option: new Option('--fp32', 'float32 (the default)') },
  { key: 'fp16', option: new Option('--fp16', 'typed float16; with --fp32: both') },
  { key: 'int8', option: new Option('--int8', 'int8, calibrated; with others: all of them') },
  {
    key: 'calibrate',
    option: new Option(
      '--calibrate <path>',
      'pictures (folder, archive), inputs (.npy) or an earlier calibration.json that tell int8 its ranges',
    ),
    changes: ['int8', 'fp16'],
  },
  {
    key: 'calibrationImages',
    option: new Option(
      '--calibration-images <n>',
      'most pictures that are taken, spread evenly (default: 500)',
    ).argParser(parseImages),
    changes: ['int8'],
  },
  {
    key: 'calibrationAlgorithm',
    option: new Option(
      '--calibration-algorithm <name>',
      `how ranges are chosen (default: ${defaultAlgorithm})`,
    ).choices(algorithmNames),
    changes: ['int8'],
  },
  {
    key: 'keepFp32',
    option: new Option(
      '--keep-fp32 <layers>',
      'blocks of an fp16 model that stay in float32, as stem,stage4,stage1/block0',
    ).argParser(parsePatterns),
    changes: ['fp16'],
  },
  {
    key: 'int8Keep',
    option: new Option(
      '--int8-keep <layers>',
      'layers of an int8 model that stay in float32, as stem,fc',
    ).argParser(parsePatterns),
    changes: ['int8'],
  },
  {
    key: 'inputType',
    option: new Option(
      '--input-type <form>',
      'what the model reads: normalised numbers, or pixels that it normalises itself (default: float32)',
    ).choices(inputForms),
  },
];

export function declarePrecisionOptions(command: Command): void {
  for (const { option } of rows) command.addOption(option);
}

/** What of the options decides a precision's graph. */
export function precisionOptionsOf(options: PrecisionCommandOptions): PrecisionOptions {
  const { fp32: _, fp16: _fp16, int8: _int8, inputType, ...rest } = options;
  const { calibrate, calibrationImages, calibrationAlgorithm, keepFp32, int8Keep } = rest;
  return {
    ...(calibrate === undefined ? {} : { calibrate }),
    ...(calibrationImages === undefined ? {} : { calibrationImages }),
    ...(calibrationAlgorithm === undefined ? {} : { calibrationAlgorithm }),
    ...(keepFp32 === undefined ? {} : { keepFp32 }),
    ...(int8Keep === undefined ? {} : { int8Keep }),
    ...(inputType === undefined ? {} : { inputForm: inputType }),
  };
}

/** Options that were given for a precision that was not. */
export function idleOptions(options: PrecisionCommandOptions): readonly Diagnostic[] {
  const asked = precisionsOf(options);
  return rows.flatMap(({ key, option, changes }) => {
    const [precision] = changes ?? [];
    if (options[key] === undefined || precision === undefined) return [];
    if (changes?.some((each) => asked.includes(each))) return [];
    return [createDiagnostic('precision-option-idle', { option: option.long ?? key, precision })];
  });
}
