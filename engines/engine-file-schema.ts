import * as z from 'zod';

/** SHA-256 in hex. */
export const sha256Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** An engine's file as JSON tells of it (`EngineFile`), with the names that it may have. */
export function engineFileSchema(fileName: z.ZodType<string>) {
  return z.object({
    file: fileName,
    sizeBytes: z.number(),
    sha256: sha256Digest,
    batches: z.union([
      z.literal('any'),
      z.object({ min: z.number(), opt: z.number(), max: z.number() }),
    ]),
  });
}
