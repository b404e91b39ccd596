import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { quoteForShell, shellText } from '../../../engines/command-text.ts';
import { ownValue } from '../../collections/own-value.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { whileWriting } from '../../io/file-failure.ts';
import { makeFolders } from '../../io/made-folders.ts';
import { partialPath } from '../../io/partial-names.ts';
import type { Scheduler, SchedulerRequest } from '../scheduler.ts';
import { type Answer, type Asking, ask, noAnswer } from './ask.ts';
import { detachedScheduler } from './detached.ts';
import type { Reach } from './detached-alive.ts';

/** Asks nobody for a password, and does not wait for a host that is gone. */
export const sshCommand = [
  'ssh',
  '-o',
  'BatchMode=yes',
  '-o',
  'ConnectTimeout=15',
] as const satisfies [string, ...string[]];

/** An hour for kits with models of some hundred megabytes. */
const copyTimeoutMs = 3_600_000;

export function runBySsh(host: string, script: string, request: Asking): Promise<Answer> {
  return ask([...sshCommand, host, 'sh', '-s'], request, { input: script });
}

/** Which of the kits the host lacks. */
function missingText(directory: string, keys: readonly string[]): string {
  return `mkdir -p ${quoteForShell(directory)}/kits && cd ${quoteForShell(directory)} || exit 1
for key in ${keys.join(' ')}; do
  [ -d "kits/$key" ] || echo "$key"
done
`;
}

/** Kits come whole or not at all: each is moved into its place. */
function unpackText(directory: string): string {
  const into = `${quoteForShell(directory)}/.coming.$$`;
  return `mkdir ${into} && cd ${into} && tar -xf - && for kit in *; do [ -d "../kits/$kit" ] || mv "$kit" ../kits/; done && cd .. && rm -r ".coming.$$"`;
}

function copy(pipeline: string, request: SchedulerRequest): Promise<Answer> {
  // A pipe of sh tells how its last program ended; the first one's failure leaves the archive without its end, at which tar fails.
  return ask(['sh', '-c', pipeline], request, { timeoutMs: copyTimeoutMs });
}

function sendTo(request: SchedulerRequest): NonNullable<Reach['send']> {
  const { farm } = request;
  return async (host, directory, keys) => {
    const missing = await runBySsh(host, missingText(directory, keys), request);
    if (!missing.ok) return noAnswer(missing, 'submit-refused');
    if (missing.lines.length === 0) return undefined;
    const pack = shellText([
      'tar',
      '-C',
      join(farm.directory, 'kits'),
      '-chf',
      '-',
      ...missing.lines,
    ]);
    const unpack = shellText([...sshCommand, host, unpackText(directory)]);
    const sent = await copy(`${pack} | ${unpack}`, request);
    return sent.ok ? undefined : noAnswer(sent, 'submit-refused');
  };
}

/** Puts attempts in their places that came into a folder of their own. */
async function place(folder: string, farm: string): Promise<void> {
  for (const key of await readdir(folder)) {
    for (const attempt of await readdir(join(folder, key))) {
      const to = join(farm, 'attempts', key, attempt);
      await makeFolders(dirname(to));
      await rename(join(folder, key, attempt), to);
    }
  }
}

function fetchFrom(request: SchedulerRequest): NonNullable<Reach['fetch']> {
  const farm = request.farm.directory;
  return async ({ host, directory }, ended) => {
    if (directory === farm) return undefined;
    const here = new Set<string>(
      await readdir(join(farm, 'attempts'), { recursive: true }).catch(() => []),
    );
    const paths = ended.map(({ key, id }) => `${key}/${id}.0`).filter((path) => !here.has(path));
    if (paths.length === 0) return undefined;
    const folder = partialPath(farm);
    return await whileWriting(farm, async () => {
      try {
        await mkdir(folder);
        const pack = shellText(['tar', '-C', `${directory}/attempts`, '-cf', '-', ...paths]);
        const unpack = shellText(['tar', '-C', folder, '-xf', '-']);
        const got = await copy(`${shellText([...sshCommand, host, pack])} | ${unpack}`, request);
        if (!got.ok) return noAnswer(got);
        await place(folder, farm);
        return undefined;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  };
}

/** Machines that ssh reaches; they have the farm at the same path, or a folder of their own to which kits are copied. */
export function sshScheduler(request: SchedulerRequest): Scheduler {
  return detachedScheduler(
    {
      name: 'ssh',
      hosts: (gpu) => ownValue(request.site.gpus, gpu)?.hosts ?? fail('site-no-hosts', { gpu }),
      run: (host, script) => runBySsh(host, script, request),
      send: sendTo(request),
      fetch: fetchFrom(request),
    },
    request,
  );
}
