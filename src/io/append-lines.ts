import { open } from 'node:fs/promises';
import { whileWriting } from './file-failure.ts';

/** Adds whole lines to a file with one write, apart from a line that was cut off before. Throws DiagnosticError `file-unwritable`. */
export async function appendLines(path: string, text: string): Promise<void> {
  await whileWriting(path, async () => {
    const file = await open(path, 'a+');
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const isCutOff = size > 0 && last.toString() !== '\n';
      await file.appendFile(`${isCutOff ? '\n' : ''}${text}`);
    } finally {
      await file.close();
    }
  });
}
