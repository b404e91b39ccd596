import type { LoadedEngine } from '../../engines/engine.ts';
import type { Spec } from '../language/spec.ts';
import { buildModel } from './make-model.ts';
import type { Manifest } from './manifest.ts';
import { engineOf, type ModelOptions } from './model-options.ts';
import { loadNetwork } from './trained-network.ts';

/** Builds a spec's engine into a folder and loads it; close it when done. */
export async function loadEngine(
  spec: Spec,
  options: ModelOptions,
  directory: string,
): Promise<{ readonly engine: LoadedEngine; readonly manifest: Manifest }> {
  const network = await loadNetwork(spec, options);
  try {
    const { built, manifest } = await buildModel(network, { ...options, directory });
    return { engine: await engineOf(options.target).load(built.path), manifest };
  } finally {
    network.close();
  }
}
