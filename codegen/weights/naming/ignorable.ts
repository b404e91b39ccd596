/** Counters and tables beside the parameters; no network needs them to run. */
const ignorable = /(^|\.)(num_batches_tracked|n_averaged)$|@@/;

export function isIgnorable(name: string): boolean {
  return ignorable.test(name);
}
