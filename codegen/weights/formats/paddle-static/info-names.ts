import type { ByteSource } from '../../../tensors/byte-source.ts';
import { readPickle } from '../pickle/read-pickle.ts';
import { textOf, valueOfKind } from '../pickle/values.ts';
import { NoNames, type StaticName, type StaticNames } from './static-names.ts';

/** `.pdiparams.info` of Paddle 2: a pickle that gives each parameter its name in the state dict. */
export async function readInfoNames(source: ByteSource): Promise<StaticNames> {
  const { value } = await readPickle(source);
  const names = new Map<string, StaticName>();
  for (const [parameter, info] of valueOfKind(value, 'dict')?.entries ?? []) {
    const name = textOf(valueOfKind(info, 'dict')?.entries.get('structured_name'));
    if (name === undefined) throw new NoNames(`it has no name for '${parameter}'`);
    names.set(String(parameter), { name });
  }
  return names;
}
