import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedEngine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { artifactFiles } from '../../src/compile/artifact-files.ts';
import { compileSpec } from '../../src/compile/compile.ts';
import { loadModels } from '../../src/language/load.ts';
import type { Spec } from '../../src/language/spec.ts';
import { onnxAlone } from './targets.ts';

export interface CompiledModel {
  readonly spec: Spec;
  readonly engine: LoadedEngine;
  close(): Promise<void>;
}

/** The spec `path` or `path#model`, compiled and loaded on onnxruntime. */
export async function loadCompiled(
  path: string,
  precision: 'fp32' | 'fp16' = 'fp32',
): Promise<CompiledModel> {
  const { models, diagnostics } = await loadModels(path, {
    readText: async (file) => readFileSync(file, 'utf8'),
  });
  const [spec] = models;
  if (!spec) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const directory = await mkdtemp(join(tmpdir(), 'rcc-test-'));
  await compileSpec(spec, { target: await onnxAlone(precision), directory });
  const engine = await createOnnxruntimeEngine({ threads: 1 }).load(
    join(directory, artifactFiles.model),
  );
  return {
    spec,
    engine,
    async close() {
      await engine.close();
      await rm(directory, { recursive: true });
    },
  };
}
