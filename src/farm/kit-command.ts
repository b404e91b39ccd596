import { quoteForShell } from '../../engines/command-text.ts';
import type { Site, SiteGpu } from './site.ts';

type Runtime = Site['container']['runtime'];

/** How each runtime shows the farm at its own path to the kit; `{image}` and `{arguments}` are filled in. */
const prefixes: Readonly<Record<Runtime, string>> = {
  none: '',
  apptainer: 'apptainer exec --nv --bind "$PWD" --pwd "$PWD" {arguments} {image} ',
  pyxis:
    'srun --container-image={image} --container-mounts="$PWD:$PWD" --container-workdir="$PWD" {arguments} ',
  docker: `docker run --rm --init --name "rcc-$task" --gpus "device=\${CUDA_VISIBLE_DEVICES:-all}" --user "$(id -u):$(id -g)" --volume "$PWD:$PWD" --workdir "$PWD" --env RCC_CLOCKS --env RCC_CLOCK_MHZ --env CUDA_VISIBLE_DEVICES=0 {arguments} {image} `,
};

/**
 * Words of sh that run the kit of `$key` in the folder of its attempt, `$attempt`, with the farm as the current folder; `$task` names the attempt. They
 * follow `exec` or `timeout`, so that signals reach the kit itself.
 */
export function kitCommand({ container }: Site, image = container.image): string {
  const words = container.arguments.map(quoteForShell).join(' ');
  const prefix = prefixes[container.runtime]
    .replace('{arguments} ', words && `${words} `)
    .replace('{image}', () => quoteForShell(image ?? ''));
  return `${prefix}sh "kits/$key/run.sh" "$attempt"`;
}

/** Lines of sh before it: what the class asks for, and who fixes the clocks. */
export function setupLines(
  { clocks }: Site,
  { clockMHz, setup = [] }: SiteGpu = {},
): readonly string[] {
  const clock = clockMHz === undefined ? [] : [`export RCC_CLOCK_MHZ=${clockMHz}`];
  return [`export RCC_CLOCKS=${clocks}`, ...clock, ...setup];
}
