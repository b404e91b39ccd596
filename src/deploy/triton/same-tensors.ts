import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.ts';
import { readText } from '../../io/open-file.ts';
import { versionsIn } from './choose-version.ts';
import { maxBatchOf, type TritonConfig, type TritonTensor } from './model-config.ts';
import { parseConfig } from './pbtxt.ts';
import { backendOf } from './repository-rules.ts';

/** `input TYPE_FP32 [-1,1,32,32]`, with the batch in front as clients see it. */
function tensorText({ name, data_type: type, dims }: TritonTensor, config: TritonConfig): string {
  const whole = maxBatchOf(config) > 0 ? [-1, ...dims] : dims;
  return `${name} ${type} [${whole.join(',')}]`;
}

/** What all versions of a model have in common: what they take and give, and who runs them. */
function contractOf(config: TritonConfig): string {
  const { input, output, backend, platform } = config;
  const tensors = [...input, ...output].map((tensor) => tensorText(tensor, config));
  return `${tensors.join(', ')} on ${backendOf(config)?.backend ?? (backend || platform)}`;
}

/** Throws DiagnosticError `deploy-other-tensors` where a model in a folder has versions that the configuration does not fit. */
export async function requireSameTensors(folder: string, config: TritonConfig): Promise<void> {
  const path = join(folder, 'config.pbtxt');
  if (versionsIn(folder).length === 0 || !existsSync(path)) return;
  const before = contractOf(parseConfig(await readText(path, 'configuration of Triton'), path));
  const now = contractOf(config);
  if (before !== now) fail('deploy-other-tensors', { model: config.name ?? '', path, before, now });
}
