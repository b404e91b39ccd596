import { setFlagsFromString } from 'node:v8';

/** What follows an option: `--weights FILE` or `--weights=FILE`. */
function valueAfter(option: string, argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === option || word.startsWith(`${option}=`));
  return at < 0 ? undefined : argv[at]?.slice(option.length + 1) || argv[at + 1];
}

/**
 * Makes the process one that converts, as the first thing it does: what a conversion takes is over in a quarter of a second. Other commands are left as
 * they are.
 */
export async function prepareConversion(argv: readonly string[]): Promise<void> {
  if (argv[0] !== 'compile' && argv[0] !== 'rebuild') return;
  // What is large is buffers outside of the heap: a young generation that stays small keeps the peak down.
  setFlagsFromString('--semi-space-growth-factor=1');
  // All is over before optimised code pays, except that of loops over weights; compiling the rest takes a core from the hash and the writes.
  setFlagsFromString('--interrupt-budget=1000000');
  const weights = valueAfter('--weights', argv);
  if (weights === undefined || argv.includes('--dry-run')) return;
  // The digest of the weights takes as long as all that comes before they are read, and goes on beside it.
  const { startFileDigestAhead } = await import('../io/digest.ts');
  startFileDigestAhead(weights);
}
