import type { TargetDefinition } from '../target.ts';
import { tensorrtOptionRows } from './planning/option-rows.ts';
import type { TensorrtOptions } from './planning/options.ts';

/** TensorRT through trtexec, on this machine's GPU. */
export const tensorrtTarget: TargetDefinition<TensorrtOptions, 'tensorrt'> = {
  name: 'tensorrt',
  title: 'TensorRT',
  keepsEngines: true,
  ownFiles: [
    /^model(?:\.b\d+)?\.plan$/,
    /^(?:layers|layer-times|times)(?:\.b\d+)?\.json$/,
    /^trtexec-(?:build|time|profile|run)(?:\.b\d+)?\.log$/,
    // Lent to a build, with trtexec's own lock; gone with it unless the run was killed.
    /^timing\.cache(?:\.lock)?$/,
  ],
  options: tensorrtOptionRows,
  async read(texts) {
    const { tensorrtOptionsSchema } = await import('./planning/options.ts');
    const { readOptions } = await import('../read-options.ts');
    return readOptions(tensorrtOptionsSchema, tensorrtOptionRows, texts);
  },
  async choose(options, request) {
    return await (await import('./choose.ts')).chooseTensorrt(options, request);
  },
  async find(options, request) {
    return await (await import('./choose.ts')).findTensorrt(options, request);
  },
  async doctor({ env, options: { trtexec, device }, onNote }) {
    const { tensorrtDoctor } = await import('./machine/doctor.ts');
    return await tensorrtDoctor({ env, trtexec, device, onNote });
  },
  async check(facts, { env, path, options: { trtexec } }) {
    const { checkTensorrt } = await import('./running/check-engine.ts');
    return await checkTensorrt(facts, { env, path, trtexec });
  },
  async serve(request) {
    return (await import('./running/serve-engine.ts')).serveTensorrt(request);
  },
};
