/**
 * Compute capability by the model name that the driver prints, first match wins.
 * Source: NVIDIA's page "CUDA GPU Compute Capability" (developer.nvidia.com/cuda-gpus).
 * Needed where nvidia-smi is too old to print it and for `--gpu NAME` on a machine without that GPU.
 */
export const gpuNames: readonly (readonly [pattern: RegExp, computeCapability: string])[] = [
  [/\bGB10\b/i, '12.1'],
  [/\bRTX (PRO )?\d{4}.*Blackwell\b|\bRTX PRO \d{4}\b|\bRTX ?50\d0\b/i, '12.0'],
  [/\bG?B300\b/i, '10.3'],
  [/\bG?B[12]00\b/i, '10.0'],
  [/\b(G?H100|G?H200|H800|H20)\b/i, '9.0'],
  [/\bL(4|20|40|40S|2)\b|\bRTX ?40\d0\b|\bRTX \d{4} Ada\b/i, '8.9'],
  [/\bOrin\b/i, '8.7'],
  [/\bA(2|10|10G|10M|16|40)\b|\bRTX ?A\d{4}\b|\bRTX ?30\d0\b/i, '8.6'],
  [/\bA(100|100X|30|30X|800)\b/i, '8.0'],
  [
    /\bT4G?\b|\bRTX ?20\d0\b|\bGTX ?16\d0\b|\bTitan RTX\b|\bQuadro RTX \d{4}\b|\bT\d{3,4}\b/i,
    '7.5',
  ],
  [/\bXavier\b/i, '7.2'],
  [/\bV100S?\b|\bTitan V\b|\bGV100\b/i, '7.0'],
  [/\bP(4|6|40)\b|\bGTX ?10\d0\b|\bTitan X[Pp]\b/i, '6.1'],
  [/\bP100\b/i, '6.0'],
];
