import { readdirSync, readlinkSync, realpathSync } from 'node:fs';

const folder = '/proc/self/fd';

/** Whether this system tells which files a process has open. */
export const tellsDescriptors = process.platform === 'linux';

/** Files below a folder that this process has open, each as often as it is open. */
export function openBelow(path: string): readonly string[] {
  const root = realpathSync(path);
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      const target = readlinkSync(`${folder}/${descriptor}`);
      return target === root || target.startsWith(`${root}/`) ? [target] : [];
    } catch {
      // Closed meanwhile: that of the listing itself.
      return [];
    }
  });
}
