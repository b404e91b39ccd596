import { fileURLToPath } from 'node:url';
import { readBytesSync } from '../../io/open-file.ts';

/** The page's script, of page-script.js, which lies beside this module wherever it is built into. */
export function pageScript(): string {
  const path = fileURLToPath(new URL('./page-script.js', import.meta.url));
  return `\n${new TextDecoder().decode(readBytesSync(path, 'script'))}`;
}
