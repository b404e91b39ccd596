import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BuiltEngine } from '../../engines/engine.ts';
import type { EngineKey } from '../../engines/engine-key.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import type { EngineCache } from '../../src/engine-cache/place.ts';
import { takeOrBuild } from '../../src/engine-cache/take-or-build.ts';

/** A cache in a folder that is gone after the test. */
export function freshCache(limitBytes = 2 ** 20): EngineCache & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'rcc-engine-cache-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return { root, directory: join(root, 'engines'), limitBytes };
}

/** An engine of `content` with its log, as a build leaves them in a folder. */
export function writeEngine(directory: string, content: string): BuiltEngine {
  writeFileSync(join(directory, 'model.plan'), content);
  writeFileSync(join(directory, 'trtexec-build.log'), `log of ${content}`);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const sizeBytes = content.length;
  return {
    path: join(directory, 'model.plan'),
    engines: [{ file: 'model.plan', sizeBytes, sha256, batches: 'any' }],
    companions: ['trtexec-build.log'],
    builtFor: 'Tesla T4',
    buildMs: 1000,
    facts: { tensorrt: '10.4.0.26' },
  };
}

let folders = 0;

/** Takes or builds an engine into a folder of its own; `isBuilt` says which, `notes` what was told. */
export async function obtain(
  cache: EngineCache & { readonly root: string },
  key: EngineKey,
  content = 'engine',
  planning: readonly Diagnostic[] = [],
) {
  const directory = join(cache.root, `artifact${folders++}`);
  mkdirSync(directory);
  const notes: Diagnostic[] = [];
  let isBuilt = false;
  const build = async () => {
    isBuilt = true;
    return writeEngine(directory, content);
  };
  const onNote = (note: Diagnostic) => void notes.push(note);
  const planned = { key, notes: planning };
  const obtained = await takeOrBuild(cache, { planned, model: 'net', directory, build, onNote });
  return { ...obtained, directory, isBuilt, notes: notes.map(({ code }) => code) };
}
