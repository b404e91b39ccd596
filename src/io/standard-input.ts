/** What standard input is called where a file is expected. */
export const standardInput = '-';

/** All of standard input, or its first bytes where it has more than `limitBytes`: at least one more than that. */
export async function readStandardInput(limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) break;
  }
  return Buffer.concat(chunks);
}
