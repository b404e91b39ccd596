import { options as optionTable } from './option-table.ts';
import { orderOf, type Release } from './release.ts';

/** What the option parser of a release makes of a command line. */
export interface ParsedCommandLine {
  readonly help: boolean;
  readonly options: ReadonlyMap<string, string>;
  /** Options that nothing took: `Unknown option: --name value`. */
  readonly unknown: readonly string[];
  /** What the parser rejects. */
  readonly complaints: readonly string[];
  readonly warnings: readonly string[];
}

type Check = (value: string, release: Release) => string | undefined;

const from = (version: string, release: Release) => release.order >= orderOf(version);

/** The rows by name, without the words that every object has. */
const rows = new Map(Object.entries(optionTable));

/** Whether the release's parser knows the option: each turn of a row brings it or drops it. */
export function takes(release: Release, name: string): boolean {
  const turns = rows.get(name)?.turns ?? [];
  return turns.filter((version) => from(version, release)).length % 2 === 1;
}

/** Whether the release's parser prints a warning for the option. */
export function warns(release: Release, name: string): boolean {
  const since = rows.get(name)?.warns;
  return takes(release, name) && since !== undefined && from(since, release);
}

/** A parser cuts an argument at its first `=`. */
function cut(argument: string): readonly [name: string, value: string] {
  const [name = ''] = argument.split('=', 1);
  return [name, argument.slice(name.length + 1)];
}

const integer: Check = (value) => (/^-?\d+/.test(value) ? undefined : 'stoi');
const decimal: Check = (value) => (Number.isNaN(Number.parseFloat(value)) ? 'stof' : undefined);

const dimensions: Check = (value, release) => {
  for (const tensor of value.split(',')) {
    const text = tensor.slice(tensor.lastIndexOf(':') + 1);
    const scalar = text === 'scalar' && from('10.0.0', release);
    // The integer reader is lenient: 1*3*2 is read as 1.
    if (!scalar && !text.split('x').every((size) => /^\d/.test(size))) return 'stoi';
  }
  return undefined;
};

const layouts = new Set(['chw', 'chw2', 'chw4', 'hwc8', 'chw16', 'chw32', 'dhwc8', 'hwc']);
const types = new Set(['fp32', 'fp16', 'int32', 'int8']);
/** sampleOptions.cpp, stringToValue<nvinfer1::DataType>: these came with 9.1. */
const laterTypes = new Set(['bf16', 'int64', 'uint8']);

const format: Check = (value, release) => {
  const [first = '', second] = value.split(':');
  if (from('11.0.0', release)) {
    return second === undefined && layouts.has(first) ? undefined : `Invalid TensorFormat ${value}`;
  }
  const known = types.has(first) || (laterTypes.has(first) && from('9.1.0', release));
  if (!known) return `Invalid DataType ${first}`;
  return layouts.has(second ?? '') ? undefined : `Invalid TensorFormat ${second ?? ''}`;
};

const memoryPool: Check = (value, release) => {
  const [pool = '', size = ''] = value.split(':');
  const pools = ['workspace', 'dlaSRAM', 'dlaLocalDRAM', 'dlaGlobalDRAM'];
  const known = pools.includes(pool) || (pool === 'tacticSharedMem' && from('10.0.0', release));
  if (!known) return `Unknown memory pool: ${pool}`;
  return Number.parseFloat(size) >= 0
    ? undefined
    : `Memory pool size must not be negative: ${size}`;
};

const checks: Readonly<Record<string, Check>> = {
  '--minShapes': dimensions,
  '--optShapes': dimensions,
  '--maxShapes': dimensions,
  '--shapes': dimensions,
  '--inputIOFormats': format,
  '--outputIOFormats': format,
  '--memPoolSize': memoryPool,
  '--hardwareCompatibilityLevel': (value, release) => {
    const known = [
      'none',
      'ampere+',
      ...(from('10.9.0', release) ? ['sameComputeCapability'] : []),
    ];
    return known.includes(value) ? undefined : `Unknown hardwareCompatibilityLevel: ${value}`;
  },
  '--percentile': (value) =>
    value === '' || value.split(',').every((p) => Number(p) >= 0 && Number(p) <= 100)
      ? undefined
      : `Percentile out of range: ${value}`,
  '--tacticSources': (value, release) =>
    from('11.0.0', release) && /CUDNN|CUBLAS/.test(value)
      ? `Unknown tactic source: ${value}`
      : undefined,
  '--profilingVerbosity': (value) =>
    ['layer_names_only', 'detailed', 'none', 'default', 'verbose'].includes(value)
      ? undefined
      : `Unknown profilingVerbosity: ${value}`,
  '--preview': (value, release) =>
    /profileSharing0806/.test(value) && (from('11.0.0', release) || !from('8.6.0', release))
      ? `Unknown preview feature: ${value}`
      : undefined,
};

/** How numbers are read, by the way that help writes them. */
const numbers: Readonly<Record<string, Check>> = {
  '=N': integer,
  '=N (MiB)': integer,
  '=R': decimal,
  '=T': decimal,
  '=ms': decimal,
  '=s': decimal,
};
const words = /^=[a-z_]+(\|[a-z_]+)+$/;
const repeatable = new Set(['--plugins', '--staticPlugins', '--dynamicPlugins']);
const shapeOptions = new Set(['--minShapes', '--optShapes', '--maxShapes']);

function checkValue(name: string, value: string, release: Release): string | undefined {
  const form = rows.get(name)?.argument ?? '';
  const check = checks[name] ?? numbers[form];
  if (check) return check(value, release);
  const isKnown = !words.test(form) || form.slice(1).split('|').includes(value);
  return isKnown ? undefined : `Unknown value: ${name}=${value}`;
}

type Options = ReadonlyMap<string, string>;

interface TogetherRule {
  readonly words: string;
  isBroken(options: Options, release: Release): boolean;
}

const both =
  (...names: string[]) =>
  (options: Options) =>
    names.every((name) => options.has(name));
const alone = (name: string, needed: string) => (options: Options) =>
  options.has(name) && !options.has(needed);

/**
 * Combinations that a parser rejects, all in sampleOptions.cpp: a missing model, --batch (8.x) in AllOptions::parse, the budget in InferenceOptions::parse,
 * the others in BuildOptions::parse. The words of --cpuOnly, --dumpKernelText and --fp8 are invented after ../shared/trtexec/options.json.
 */
export const togetherRules: readonly TogetherRule[] = [
  {
    words: 'Model missing or format not recognized',
    isBroken: (options) => !options.has('--onnx') && !options.has('--loadEngine'),
  },
  {
    words: 'Incompatible load and save engine options selected',
    isBroken: both('--loadEngine', '--saveEngine'),
  },
  {
    words: 'Building a TensorRT engine requires --useRuntime=full.',
    isBroken: (options) =>
      !options.has('--loadEngine') && (options.get('--useRuntime') ?? 'full') !== 'full',
  },
  {
    words: 'The weight streaming budget can only be set with --allowWeightStreaming specified.',
    isBroken: alone('--weightStreamingBudget', '--allowWeightStreaming'),
  },
  {
    words: '--cpuOnly requires --safe to be enabled.',
    isBroken: alone('--cpuOnly', '--safe'),
  },
  {
    words: '--dumpKernelText requires --safe to be enabled.',
    isBroken: alone('--dumpKernelText', '--safe'),
  },
  {
    words: 'Invalid usage, fp8 and int8 are not allowed at the same time.',
    isBroken: both('--fp8', '--int8'),
  },
  {
    words: 'Invalid usage, setting --best mode is not allowed if the network is strongly typed.',
    isBroken: (options, release) =>
      both('--stronglyTyped', '--best')(options) && from('10.8.0', release),
  },
  {
    words: 'The --batch and --maxBatch flags should not be used when the input model is ONNX',
    isBroken: both('--onnx', '--batch'),
  },
];

function checkTogether(options: Options, release: Release): string[] {
  return togetherRules
    .filter(({ isBroken }) => isBroken(options, release))
    .map(({ words }) => words);
}

function warnTogether(options: Options, release: Release): string[] {
  const has = (name: string) => options.has(name);
  const shapes = [...shapeOptions].filter(has).length;
  const precision = ['--fp16', '--int8', '--best', '--bf16', '--fp8'].some(has);
  const constrained = has('--layerPrecisions') && !has('--precisionConstraints');
  const rules: readonly (readonly [boolean, string])[] = [
    [
      shapes > 0 && shapes < 3,
      'Some of min, opt and max shapes are missing and copied from others.',
    ],
    [
      has('--stronglyTyped') && precision,
      'Precision flags are disabled for a strongly typed network.',
    ],
    [constrained, 'layerPrecisions has no effect without precisionConstraints.'],
    [
      options.get('--sparsity') === 'force' && from('9.1.0', release),
      '--sparsity=force has been deprecated.',
    ],
    [
      ['default', 'verbose'].includes(options.get('--profilingVerbosity') ?? ''),
      'This profilingVerbosity has been deprecated.',
    ],
    [has('--useDLACore') && from('11.0.0', release), 'CUDA graph is not used with DLA.'],
    [has('--preview') && from('10.0.0', release), 'This preview feature has been deprecated.'],
  ];
  return rules.filter(([doubtful]) => doubtful).map(([, words]) => words);
}

class Parser {
  readonly options = new Map<string, string>();
  readonly unknown: string[] = [];
  readonly complaints: string[] = [];
  readonly warnings: string[] = [];
  readonly #release: Release;

  constructor(release: Release) {
    this.#release = release;
  }

  take(argument: string): void {
    const [name, value] = cut(argument);
    if (!takes(this.#release, name)) this.#leave(name, value);
    else if (this.options.has(name) && !repeatable.has(name)) this.#takeAgain(name, value);
    else this.#accept(name, value);
  }

  #leave(name: string, value: string): void {
    this.unknown.push(`Unknown option: ${name} ${value}`.trimEnd());
  }

  #takeAgain(name: string, value: string): void {
    if (shapeOptions.has(name) && from('9.1.0', this.#release)) {
      this.complaints.push(`${name} was given more than once`);
    } else this.#leave(name, value);
  }

  #accept(name: string, value: string): void {
    this.options.set(name, value);
    const complaint = checkValue(name, value, this.#release);
    if (complaint) this.complaints.push(complaint);
    if (warns(this.#release, name)) this.warnings.push(`${name} flag has been deprecated.`);
  }
}

/** Parses as the release does: unknown, repeated and ill-formed options are told apart. */
export function parseCommandLine(args: readonly string[], release: Release): ParsedCommandLine {
  const parser = new Parser(release);
  for (const argument of args) parser.take(argument);
  const { options } = parser;
  // Without a model the parser ends before it looks at what nothing took.
  const hasModel = options.has('--onnx') || options.has('--loadEngine');
  const unknown = hasModel ? parser.unknown : [];
  const complaints = [...parser.complaints, ...checkTogether(options, release)];
  const warnings = [...parser.warnings, ...warnTogether(options, release)];
  const help = args.some((argument) => ['--help', '-h'].includes(cut(argument)[0]));
  return { help, options, unknown, complaints, warnings };
}
