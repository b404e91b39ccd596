import type { OptionRow } from '../option-row.ts';
import type { TargetDefinition } from '../target.ts';
import type { OpenvinoTargetOptions } from './choose.ts';
import { openvinoPrecisions } from './precisions.ts';

const options: readonly OptionRow<keyof OpenvinoTargetOptions>[] = [
  {
    key: 'threads',
    flags: '--threads <N>',
    default: 'one a core that may be used',
    doc: 'Threads of the engine.',
    read: Number,
  },
  {
    key: 'streams',
    flags: '--streams <N>',
    default: 'as the hint has it; latency: 1',
    doc: 'Batches in flight at once: more throughput, and latencies that say little.',
    read: Number,
  },
  {
    key: 'hint',
    flags: '--hint <latency|throughput>',
    default: 'latency',
    doc: 'What OpenVINO arranges threads and streams for.',
  },
  {
    key: 'python',
    flags: '--python <FILE>',
    default: 'RCC_PYTHON, then what rcc doctor --setup made',
    doc: 'Interpreter with the OpenVINO wheel.',
  },
  {
    key: 'timeoutS',
    flags: '--timeout <S>',
    default: '600',
    doc: 'Longest that one build or run may take, in seconds.',
    read: Number,
  },
];

/** OpenVINO on the processor of this machine, in a Python process of its own. */
export const openvinoTarget: TargetDefinition<OpenvinoTargetOptions, 'openvino'> = {
  name: 'openvino',
  title: 'OpenVINO',
  keepsEngines: true,
  precisions: openvinoPrecisions,
  ownFiles: [/^model(?:\.b\d+)?\.blob$/, /^layers(?:\.b\d+)?\.json$/],
  options,
  async read(texts) {
    if (Object.keys(texts).length === 0) return { hint: 'latency', timeoutS: 600 };
    const [z, { readOptions }] = await Promise.all([import('zod'), import('../read-options.ts')]);
    const schema = z.strictObject({
      threads: z.int().min(1).max(1024).optional(),
      streams: z.int().min(1).max(1024).optional(),
      hint: z.enum(['latency', 'throughput']).default('latency'),
      python: z.string().optional(),
      timeoutS: z.number().min(1).max(604_800).default(600),
    });
    return readOptions(schema, options, texts);
  },
  async choose(given, request) {
    return await (await import('./choose.ts')).chooseOpenvino(given, request);
  },
  async find(given, request) {
    return await (await import('./choose.ts')).findOpenvino(given, request);
  },
  async doctor({ env, options: { python }, signal }) {
    const { checkOpenvino } = await import('./doctor.ts');
    const { pythonRequest } = await import('./find.ts');
    return await checkOpenvino(pythonRequest(env, python), signal);
  },
  async setUp({ env, options: { python }, signal, report, force }) {
    const { describeSetUp, setUpPackage } = await import('../python/setup.ts');
    const { openvinoPackage } = await import('./package.ts');
    const { pythonRequest } = await import('./find.ts');
    const request = { ...pythonRequest(env, python), signal, report, force };
    const found = await setUpPackage(openvinoPackage, request);
    return describeSetUp(openvinoPackage, found);
  },
  async check(facts, { env, path, options: { python } }) {
    const { checkInstalled } = await import('./check-engine.ts');
    return await checkInstalled(facts, { env, path, python });
  },
  async serve(request) {
    return (await import('./serve-model.ts')).serveOpenvino(request);
  },
};
