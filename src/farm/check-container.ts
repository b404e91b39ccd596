import { existsSync } from 'node:fs';
import { findOnPath } from '../../engines/find-program.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Asking, ask } from './schedulers/ask.ts';
import type { Site } from './site.ts';

type Runtime = Site['container']['runtime'];

async function isOnPath(program: string, { env }: Asking): Promise<string | undefined> {
  const found = await findOnPath([program], env.PATH);
  return found ? undefined : `there is no ${program} on PATH of this machine`;
}

/** What is missing, in words. pyxis shows itself in the help of srun. */
const lacks: Readonly<Record<Runtime, (asking: Asking) => Promise<string | undefined>>> = {
  none: async () => undefined,
  apptainer: (asking) => isOnPath('apptainer', asking),
  docker: (asking) => isOnPath('docker', asking),
  pyxis: async (asking) => {
    const { lines } = await ask(['srun', '--help'], asking);
    const has = lines.some((line) => line.includes('--container-image'));
    return has ? undefined : 'srun has no --container-image: the plugin is not there';
  },
};

/** Whether the container of the site can be seen from this machine. */
export async function checkContainer(
  { container: { runtime, image } }: Site,
  asking: Asking,
): Promise<readonly Diagnostic[]> {
  const told = (what: string) => [createDiagnostic('site-container-missing', { runtime, what })];
  const lack = await lacks[runtime](asking);
  if (lack !== undefined) return told(lack);
  if (runtime !== 'none' && image === undefined) return told('the site names no image');
  const isPath = image?.startsWith('/') === true;
  return isPath && !existsSync(image) ? told(`there is no image at '${image}'`) : [];
}
