import { fail } from '../../src/diagnostics/diagnostic.ts';
import { createFileByteSource } from '../../src/io/file-byte-source.ts';

/** What an engine says it needs, in its first bytes: `meta=1.0;ov=2026.4.1;isa=Intel AVX-512 …`. */
export interface EngineStamp {
  /** Release of OpenVINO. */
  readonly release: string;
  /** The instructions that it was compiled with. */
  readonly instructions: string;
}

/** "OVCPU_RR" reversed in two words, a version of the form, and the length of the text that follows. */
const magic = 'RR_UPCVO';
const headBytes = 20;
const longestText = 4096;

export function parseRequirements(text: string): EngineStamp | undefined {
  const fields = new Map(
    text.split(';').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)] as const;
    }),
  );
  const release = fields.get('ov');
  return release === undefined ? undefined : { release, instructions: fields.get('isa') ?? '' };
}

/** The stamp of an engine; undefined where its form has none. Throws DiagnosticError where the file cannot be read or is no engine. */
export async function readStamp(path: string): Promise<EngineStamp | undefined> {
  const file = createFileByteSource(path, 'engine');
  try {
    if (file.sizeBytes < headBytes) {
      return fail('engine-model-unreadable', { path, reason: 'it is cut short' });
    }
    const head = Buffer.from(await file.read(0, headBytes));
    if (head.toString('latin1', 0, magic.length) !== magic) return undefined;
    const length = Math.min(head.readUInt32LE(12), longestText, file.sizeBytes - headBytes);
    const text = Buffer.from(await file.read(headBytes, length)).toString('latin1');
    return parseRequirements(text);
  } finally {
    file.close();
  }
}
