/* Logs in the form of trtexec's, of any size. */
import { closeSync, openSync, writeSync } from 'node:fs';

const mark = (severity: string): string => `[01/01/2026-00:00:00] [${severity}]`;

/** What a verbose build says of one layer, over and over. */
const verboseLines = Array.from({ length: 1000 }, (_, i) =>
  [
    `${mark('V')} [TRT] *************** Autotuning format combination: Half(802816,12544:8,112,1) -> Half(802816,12544:8,112,1) ***************`,
    `${mark('V')} [TRT] --------------- Timing Runner: stage1/block${i}/conv1 + stage1/block${i}/relu (CaskConvolution[0x80000009])`,
    `${mark('V')} [TRT] Tactic Name: sm75_xmma_fprop_implicit_gemm_f16f16_f16f16_f16_nhwckrsc_nhwc_tilesize64x64x64 Tactic: 0x${i.toString(16)} Time: 0.0${i}`,
    `${mark('W')} [TRT] Weights of layer ${i} have subnormal values.`,
  ].join('\n'),
).join('\n');

const summary = `${mark('I')} === Performance summary ===\n${mark('I')} Throughput: 1000 qps\n`;

/** Writes a log of that size that ends with a summary; all that is before it may stand in a single line. */
export function writeLog(path: string, bytes: number, { inOneLine = false } = {}): void {
  const piece = inOneLine ? verboseLines.replaceAll('\n', ' ') : `${verboseLines}\n`;
  const file = openSync(path, 'w');
  try {
    for (let written = 0; written < bytes; written += piece.length) writeSync(file, piece);
    writeSync(file, `\n${summary}`);
  } finally {
    closeSync(file);
  }
}
