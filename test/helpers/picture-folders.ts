import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const picture = join(import.meta.dirname, '../fixtures/images/small.png');

/** Temporary folders of pictures; `remove` takes all of them away. */
export function createPictureFolders() {
  const root = mkdtempSync(join(tmpdir(), 'rcc-pictures-'));
  let count = 0;
  return {
    root,
    /** A new folder with a small PNG at each path, or the text that is given for it. */
    make(paths: readonly string[], texts: Readonly<Record<string, string>> = {}): string {
      const folder = join(root, `set${count++}`);
      for (const path of [...paths, ...Object.keys(texts)]) {
        const full = join(folder, path);
        mkdirSync(dirname(full), { recursive: true });
        const text = texts[path];
        if (text === undefined) copyFileSync(picture, full);
        else writeFileSync(full, text);
      }
      return folder;
    },
    remove() {
      rmSync(root, { recursive: true });
    },
  };
}
