import { readFileSync, writeFileSync } from 'node:fs';

/** Writes a copy of a .safetensors file of float32 in which a tensor holds one number throughout. */
export function fillTensor(from: string, to: string, tensor: string, value: number): void {
  const bytes = readFileSync(from);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, start).toString());
  const [first, end] = header[tensor].data_offsets;
  for (let at = first; at < end; at += 4) bytes.writeFloatLE(value, start + at);
  writeFileSync(to, bytes);
}
