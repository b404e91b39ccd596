import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder } from '../../io/open-file.ts';
import { namesIn } from './choose-version.ts';

export const configFile = 'config.pbtxt';

export const hasConfig = (folder: string): boolean => existsSync(join(folder, configFile));

/** Whether a path is a model repository, or a model of one. */
export function isRepository(path: string): boolean {
  if (!existsSync(path) || !isFolder(path, 'folder of a repository')) return false;
  return hasConfig(path) || namesIn(path).some((name) => hasConfig(join(path, name)));
}
