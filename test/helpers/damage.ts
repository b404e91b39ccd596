/* Damage to files, and what may come of it: for tests that no file can crash a reader. */
import fc from 'fast-check';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';

/** Takes a diagnostic of bounded length; any other error is a crash and is thrown. */
export function expectDiagnosticError(error: unknown): void {
  if (!(error instanceof DiagnosticError)) throw error;
  const lines = error.diagnostics.flatMap(({ message, hint = '' }) => [message, hint]);
  if (lines.some((line) => line.length > 2000)) throw new Error('a message without bound');
}

/** One change to a file: bytes overwritten, taken out, put in, doubled or cut off. */
export interface Change {
  readonly kind: 'overwrite' | 'remove' | 'insert' | 'repeat' | 'cut';
  readonly at: number;
  readonly bytes: Uint8Array;
}

const telling = [
  0, 1, 0x28, 0x2e, 0x52, 0x62, 0x68, 0x71, 0x74, 0x75, 0x7f, 0x80, 0x94, 0xfe, 0xff,
];
export const someBytes = fc.array(fc.oneof(fc.constantFrom(...telling), fc.nat({ max: 255 })), {
  minLength: 1,
  maxLength: 9,
});

export const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('overwrite', 'overwrite', 'overwrite', 'remove', 'insert', 'repeat', 'cut'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: someBytes.map((bytes) => Uint8Array.from(bytes)),
});

export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

export function applyChange(file: Uint8Array, { kind, at, bytes }: Change): Uint8Array {
  const start = Math.floor(at * file.length);
  const head = file.subarray(0, start);
  const rest = file.subarray(start);
  switch (kind) {
    case 'overwrite':
      return joinBytes(head, bytes.subarray(0, rest.length), rest.subarray(bytes.length));
    case 'remove':
      return joinBytes(head, rest.subarray(bytes.length));
    case 'insert':
      return joinBytes(head, bytes, rest);
    case 'repeat':
      return joinBytes(head, rest.subarray(0, 40), rest);
    case 'cut':
      return head;
  }
}
