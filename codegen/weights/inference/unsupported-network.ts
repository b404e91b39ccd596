/** Why names and shapes are no network that a spec can describe; a sentence's end, no mistake of the reader. */
export class UnsupportedNetwork extends Error {
  override readonly name = 'UnsupportedNetwork';
}

export function unsupported(reason: string): never {
  throw new UnsupportedNetwork(reason);
}
