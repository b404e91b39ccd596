import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { splitArgument } from './option-table.ts';
import type { Release } from './release.ts';
import { orderOf } from './release-order.ts';

/** Options of one command by name; a flag has the empty text. */
type Given = ReadonlyMap<string, string>;

/** An option whose presence or value the release's parser rejects because of what else the command says. */
interface Conflict {
  readonly option: string;
  readonly from?: string;
  readonly to?: string;
  isRefused(value: string, given: Given): boolean;
  /** Completes "trtexec refuses …: ". */
  readonly reason: string;
}

const without =
  (name: string) =>
  (_: string, given: Given): boolean =>
    !given.has(name);

const beside =
  (name: string) =>
  (_: string, given: Given): boolean =>
    given.has(name);

const ioFormats = ['--inputIOFormats', '--outputIOFormats'].flatMap((option): Conflict[] => [
  {
    option,
    from: '11.0.0',
    isRefused: (value) => value.includes(':'),
    reason: 'from 11.0 a format is a layout alone, and the type comes from the graph',
  },
  {
    option,
    to: '10.99.0',
    isRefused: (value) => value.split(',').some((format) => !format.includes(':')),
    reason: 'up to 10.16 a format is type:layout',
  },
]);

/** What the option parsers refuse (sampleOptions.cpp of the public TensorRT repository). */
const conflicts: readonly Conflict[] = [
  {
    option: '--best',
    from: '10.8.0',
    isRefused: beside('--stronglyTyped'),
    reason: 'the network is strongly typed, so its types are those of the graph',
  },
  {
    option: '--useRuntime',
    isRefused: (value, given) => /^(lean|dispatch)$/.test(value) && !given.has('--loadEngine'),
    reason: 'an engine is built with the full runtime',
  },
  {
    option: '--weightStreamingBudget',
    isRefused: without('--allowWeightStreaming'),
    reason: 'it needs --allowWeightStreaming beside it',
  },
  { option: '--cpuOnly', isRefused: without('--safe'), reason: 'it needs --safe beside it' },
  { option: '--dumpKernelText', isRefused: without('--safe'), reason: 'it needs --safe beside it' },
  {
    option: '--tacticSources',
    from: '11.0.0',
    isRefused: (value) => /CUDNN|CUBLAS/.test(value),
    reason: 'from 11.0 there are no tactics of cuDNN and cuBLAS',
  },
  { option: '--fp8', isRefused: beside('--int8'), reason: 'it is not allowed beside --int8' },
  { option: '--int8', isRefused: beside('--fp8'), reason: 'it is not allowed beside --fp8' },
  {
    option: '--batch',
    isRefused: beside('--onnx'),
    reason: 'an ONNX model takes its batch from --shapes',
  },
  ...ioFormats,
];

function applies({ from, to }: Conflict, { tableOrder }: Release): boolean {
  return (
    (from === undefined || orderOf(from) <= tableOrder) &&
    (to === undefined || tableOrder <= orderOf(to))
  );
}

/** Warns of the user's own arguments that the release refuses in this command, before anything is started. */
export function checkConflicts(
  args: readonly string[],
  extra: readonly string[],
  release: Release,
): Diagnostic[] {
  const split = args.map(splitArgument);
  const given = new Map(split.map(({ name, value = '' }) => [name, value]));
  return extra.flatMap((argument) => {
    const { name, value = '' } = splitArgument(argument);
    const conflict = conflicts.find(
      (one) => one.option === name && applies(one, release) && one.isRefused(value, given),
    );
    if (!conflict) return [];
    const { version } = release;
    return [
      createDiagnostic('tensorrt-argument-refused', { argument, version, reason: conflict.reason }),
    ];
  });
}
