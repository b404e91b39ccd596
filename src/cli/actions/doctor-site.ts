import { resolve } from 'node:path';
import { greatest } from '../../collections/extremes.ts';
import { ownValue } from '../../collections/own-value.ts';
import { checkSite } from '../../farm/check-site.ts';
import type { Site } from '../../farm/site.ts';
import type { CommandContext, CommandResult } from '../command.ts';

/** Where a class is, in a few words. */
function placeOf(name: string, { gpus, container }: Site): string {
  const given = ownValue(gpus, name);
  if (!given) return `container runtime ${container.runtime}`;
  const { partition, gres = name, hosts, devices } = given;
  const words = [
    partition && `partition ${partition}, gpu:${gres}`,
    hosts && `ssh ${hosts.map(({ host }) => host).join(', ')}`,
    devices && `this machine, GPU ${devices.join(', ')}`,
  ];
  return words.filter(Boolean).join('; ') || `the default partition, gpu:${gres}`;
}

/** `rcc doctor --site`: each class of the site, and what is wrong with it as diagnostics. */
export async function examineSite(
  path: string,
  { env, signal }: CommandContext,
): Promise<CommandResult> {
  const { site, findings } = await checkSite({ path: resolve(path), env, signal });
  const rows = [...findings].map(([name, found]) => {
    const state = found.some(({ severity }) => severity === 'error') ? 'wrong' : 'doubtful';
    return { name, state: found.length === 0 ? 'good' : state, place: placeOf(name, site), found };
  });
  const width = greatest(rows.map(({ name }) => name.length));
  return {
    text: rows
      .map(({ name, state, place }) => `${state.padEnd(8)}  ${name.padEnd(width)}  ${place}`)
      .join('\n'),
    data: rows.map(({ name, state, place }) => ({ name, state, place })),
    diagnostics: rows.flatMap(({ found }) => found),
  };
}
