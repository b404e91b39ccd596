import { fail } from '../../src/diagnostics/diagnostic.ts';
import type { Engine } from '../engine.ts';
import { buildEngine, engineFileName } from './build.ts';
import { epContextFileName } from './ep-context.ts';
import type { TensorrtRtxOptions } from './options.ts';

/** An engine of TensorRT-RTX is finished on the GPU that runs it; nothing of it can be loaded without one. */
function refuse(doing: string): never {
  return fail('tensorrt-rtx-needs-gpu', { doing });
}

/**
 * NVIDIA's TensorRT-RTX, ahead of time: builds engines for RTX GPUs on any machine, and runs none. Its log lists every kernel, so a build
 * leaves `layers.json`, which an audit can judge here.
 */
export function createTensorrtRtxEngine(options: TensorrtRtxOptions): Engine {
  return {
    buildsOnly: { because: 'the engine needs its GPU', refuse },
    fileName: engineFileName,
    wrapperName: epContextFileName,
    build: (request) => buildEngine(options, request),
    load: async () => refuse('loading'),
    run: async () => refuse('running'),
    measure: async () => refuse('timing'),
  };
}
