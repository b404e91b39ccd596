import type { Engine } from '../engine.ts';
import { buildEngines, builtFiles } from './build.ts';
import { engineFileName } from './engine-files.ts';
import { loadEngine } from './load.ts';
import { measureEngine } from './measure.ts';
import type { OpenvinoOptions } from './options.ts';

/** OpenVINO on this machine's processor, in a process of its own that each build, load and timing starts. */
export function createOpenvinoEngine(options: OpenvinoOptions): Engine {
  return {
    fileName: engineFileName,
    builtFiles: (batch) => builtFiles(options, batch),
    build: (request) => buildEngines(options, request),
    load: (path) => loadEngine(path, options),
    async run(path, inputs, signal) {
      signal?.throwIfAborted();
      const engine = await loadEngine(path, options);
      try {
        return await engine.run(inputs, signal);
      } finally {
        await engine.close();
      }
    },
    measure: (path, request) => measureEngine(path, request, options),
  };
}
