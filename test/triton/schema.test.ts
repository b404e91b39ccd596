import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { modelConfigSchema } from '../../src/deploy/triton/model-config-schema.ts';
import { isInstalled, needs, python } from './environment.ts';

it.skipIf(!isInstalled)(`the schema is that of tritonclient's descriptor (${needs})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-schema-'));
  try {
    const path = join(folder, 'schema.ts');
    execFileSync(python, ['scripts/triton-schema.py', path]);
    expect(modelConfigSchema).toEqual((await import(path)).modelConfigSchema);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
