import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import type { ToolResult } from '../../process.ts';
import { imageCure, newestImageFor } from '../planning/images.ts';
import type { TrtexecReport } from './report.ts';

/** A run of trtexec that did not give what it was started for. */
export interface FailedRun {
  readonly result: ToolResult;
  readonly report: TrtexecReport;
  /** File that holds the whole output, where it was kept. */
  readonly log?: string;
  /** Engine that was to be written or loaded. */
  readonly engine: string;
  readonly timeoutS: number;
  /** The .rn line that a node of the ONNX file comes from. */
  readonly locateNode?: ((node: string) => Span | undefined) | undefined;
}

type Explain = (found: RegExpExecArray, run: FailedRun) => Diagnostic;

const lastLines = 12;

/** What is shown of the output: the first errors, then its end. */
function excerpt({ report, result }: FailedRun): string[] {
  const errors = report.errors.slice(0, 3).map((text) => text.split('\n', 1)[0] ?? '');
  const tail = result.tail.filter((line) => line.trim() !== '').slice(-lastLines);
  const hidden = errors.filter((error) => !tail.some((line) => line.includes(error)));
  return hidden.length > 0 ? [...hidden, '…', ...tail] : tail;
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').trim();
}

/** Messages of rcc end with one stop of their own. */
export function withoutStop(text: string): string {
  return text.trim().replace(/[\s.]+$/, '');
}

/** The severity and code that some loggers write in front: `[TRT] [E] 6: `, `Error[6]: `. */
const codePrefix = /^(?:\[TRT\] ?)?(?:\[[FEW]\] ?)?(?:\[TRT\] ?)?(?:\d+: |Error\[\d+\]: )?/;

/** `Error Code 4: API Usage Error (…)` and the function in front of it say little: the text in parentheses is the reason. */
function reasonIn(text: string): string {
  const [, detail] = /Error Code \d+: [A-Za-z ]+ \((.*)\)/.exec(text) ?? [];
  return withoutStop(detail ?? firstLine(text).replace(codePrefix, ''));
}

function isWordlessOrOne(node: string): boolean {
  return node !== '' && !/[{}[\]|]/.test(node);
}

/** The names of ONNX nodes in the name of a fused layer: `conv1 + add1`, `{ForeignNode[a...b]}`. */
export function nodesOfLayer(layer: string): string[] {
  return layer
    .replaceAll(/\{ForeignNode\[|\]\}|PWN\(|\)/g, ' ')
    .split(/\s\+\s|\s\|\|\s|\.\.\.|,|\s/)
    .map((part) => part.trim())
    .filter(isWordlessOrOne);
}

function locate(run: FailedRun, layer: string): Span | undefined {
  for (const node of nodesOfLayer(layer)) {
    const span = run.locateNode?.(node);
    if (span) return span;
  }
  return undefined;
}

/** The last detail of every failure: where the rest of the output is. */
export function wholeOutput(log: string): string {
  return `The whole output is in ${log}.`;
}

/** Where in the spec, and what of the output, goes with a diagnostic. */
export function inExcerpt(run: FailedRun, span?: Span) {
  const details = [...excerpt(run), ...(run.log === undefined ? [] : [wholeOutput(run.log)])];
  return { span, details };
}

function smText(decimal: string | undefined, hexadecimal: string | undefined): string {
  // 0x601 is 6.1, 0x809 is 8.9; decimal 70 is 7.0, 120 is 12.0.
  if (hexadecimal) {
    const number = Number.parseInt(hexadecimal, 16);
    return `${number >> 8}.${number & 0xff}`;
  }
  return decimal ? `${Math.floor(Number(decimal) / 10)}.${Number(decimal) % 10}` : '';
}

/** The GPU that a release was not built for, and an image of a release that was. */
function refusedGpu(cc: string) {
  const image = cc === '' ? undefined : newestImageFor(cc);
  return { cc, ...(image ? { docker: imageCure(image) } : {}) };
}

function requestedBytes({ errors, warnings }: TrtexecReport): string {
  const request = /(?:requested size of|requested amount of GPU memory \(|Requested:? )\s*(\d+)/i;
  for (const text of [...errors, ...warnings]) {
    const [, bytes] = request.exec(text) ?? [];
    if (bytes) return bytes;
  }
  return '';
}

const onnxRejected: Explain = (found, run) => {
  const { node = '', op = '', reason = '' } = run.report.onnx ?? {};
  const plugin =
    /[Pp]lugin not found|could not find plugin:? ?(\w*)|No importer registered for op: ?(\w*)/;
  const span = locate(run, node);
  const missing = plugin.exec(`${reason} ${run.report.errors.join('\n')}`);
  const named = op || (missing?.[1] ?? missing?.[2] ?? '');
  return missing
    ? createDiagnostic('tensorrt-plugin-missing', { node, op: named }, inExcerpt(run, span))
    : createDiagnostic(
        'tensorrt-onnx-rejected',
        { node, op, reason: withoutStop(reason) || reasonIn(found.input) },
        inExcerpt(run, span),
      );
};

const foreign: Explain = (found, run) =>
  createDiagnostic(
    'tensorrt-engine-foreign',
    { engine: run.engine, reason: reasonIn(found.input) },
    inExcerpt(run),
  );

const unreadable: Explain = (found, run) =>
  createDiagnostic(
    'tensorrt-engine-unreadable',
    { engine: run.engine, reason: reasonIn(found.input) },
    inExcerpt(run),
  );

const shapes: Explain = (found, run) =>
  createDiagnostic('tensorrt-shapes-rejected', { reason: reasonIn(found.input) }, inExcerpt(run));

/** What trtexec and the libraries below it write when they fail, and what it means. The first error that fits a row decides. */
export const failurePatterns: readonly (readonly [RegExp, Explain])[] = [
  [
    /Unknown option: ?(\S+)/,
    ([, option = ''], run) =>
      createDiagnostic('tensorrt-option-rejected', { option }, inExcerpt(run)),
  ],
  [
    // The loader names the library that it could not find, which may be one that TensorRT's own needs.
    /(?:Could not load library|Unable to open library:?) ([^\s:]+)(?:.* due to ([^\s:]+): cannot open)?/,
    ([, asked = '', missing = asked], run) =>
      createDiagnostic('tensorrt-library-missing', { library: missing }, inExcerpt(run)),
  ],
  [
    /Cuda failure.*?(no CUDA-capable device is detected|invalid device ordinal|: 100$|: 101$)|Cannot find device ID|Cannot find any available devices|Available devices: *$/,
    ([, reason = 'no CUDA-capable device is detected'], run) =>
      createDiagnostic(
        'tensorrt-no-gpu',
        { reason: reason.startsWith(':') ? `CUDA error${reason}` : reason },
        inExcerpt(run),
      ),
  ],
  [
    /(CUDA driver version is insufficient for CUDA runtime version)|Cuda failure: 35$/,
    ([, reason = 'CUDA error 35'], run) =>
      createDiagnostic('tensorrt-driver-too-old', { reason }, inExcerpt(run)),
  ],
  [
    /Target GPU SM (\d+) is not supported|Unsupported SM: 0x([0-9a-f]+)/,
    ([, decimal, hexadecimal], run) =>
      createDiagnostic(
        'tensorrt-gpu-refused',
        refusedGpu(smText(decimal, hexadecimal)),
        inExcerpt(run),
      ),
  ],
  [
    /No space left on device|ENOSPC/,
    (_, run) => createDiagnostic('tensorrt-disk-full', {}, inExcerpt(run)),
  ],
  [
    /std::bad_alloc|Cannot allocate memory/,
    (_, run) => createDiagnostic('tensorrt-host-memory', {}, inExcerpt(run)),
  ],
  [
    /OutOfMemory|out of memory|could not be allocated/i,
    (_, run) =>
      createDiagnostic(
        'tensorrt-out-of-memory',
        { requested: requestedBytes(run.report) },
        inExcerpt(run),
      ),
  ],
  [
    /Could not open file (\S+)|Input file cannot be found, or is not a regular file: (\S+)|could not open (\S+)/i,
    ([, a, b, c], run) =>
      createDiagnostic('tensorrt-file-unseen', { path: a ?? b ?? c ?? '' }, inExcerpt(run)),
  ],
  [
    /Could not find any implementation for node (.*?)(?: due to insufficient workspace.*)?\.?\)?$/m,
    ([, layer = ''], run) =>
      createDiagnostic('tensorrt-no-implementation', { layer }, inExcerpt(run, locate(run, layer))),
  ],
  [
    /Version tag does not match|expecting library version|incompatible device|not compatible with this version|generated (on|by) a different/i,
    foreign,
  ],
  [/Error opening engine file|[Mm]agic ?[Tt]ag|plan file.*(corrupt|truncated)/, unreadable],
  [
    /Static model does not take explicit shapes|Cannot find input tensor with name|does not satisfy any optimization profiles|Dimensions mismatch/,
    shapes,
  ],
  [
    /While parsing node number|In node -?\d+ with name|Failed to parse onnx file|Parsing model failed/,
    onnxRejected,
  ],
  [
    /Cuda failure.*?: (.*)$/,
    ([, reason = ''], run) => createDiagnostic('tensorrt-cuda-failure', { reason }, inExcerpt(run)),
  ],
  [/Engine deserialization failed/, unreadable],
  [
    /Error occurred during inference/,
    (_, run) =>
      createDiagnostic(
        'tensorrt-inference-failed',
        { reason: reasonIn(run.report.errors[0] ?? '') },
        inExcerpt(run),
      ),
  ],
];
