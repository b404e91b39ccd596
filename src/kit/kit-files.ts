/** Names inside a kit's folder. */
export const kitFiles = {
  script: 'run.sh',
  /** Digests of all files but the manifest, as `sha256sum` writes and checks them. */
  digests: 'kit.sha256',
  expected: 'expect-logits.bin',
  attempts: 'attempts',
} as const;

/** Names inside an attempt's folder, which run.sh writes. */
export const attemptFiles = {
  /** Written last, by rename: an attempt without it was lost. */
  exit: 'exit.json',
  environment: 'env.txt',
  /** One line a step that has ended. */
  steps: 'steps.txt',
  clocks: 'clocks.csv',
} as const;

/** The input of one batch, as the engine's binding has it. */
export function inputFile(batch: number): string {
  return `expect-input.b${batch}.bin`;
}

/** What `--exportOutput` writes for one batch. */
export function outputFile(batch: number): string {
  return `output.b${batch}.json`;
}
