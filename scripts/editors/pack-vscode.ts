/* Packs the extension for VS Code: `npm run pack:vscode` writes build/rcc-rn-VERSION.vsix, which `code --install-extension` installs. */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packExtension } from './pack-extension.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
console.log(relative(process.cwd(), await packExtension(join(root, 'build'))));
