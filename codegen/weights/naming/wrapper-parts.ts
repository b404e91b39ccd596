/** What compilers and wrappers put between the parts of a name, wherever they wrap: DataParallel, torch.compile, FSDP, checkpointing. */
const wrapperParts: ReadonlySet<string> = new Set([
  'module',
  '_orig_mod',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
]);

/** The name without the parts that wrappers put into it. */
export function withoutWrappers(name: string): string {
  if (!name.includes('mod')) return name;
  const kept = name.split('.').filter((part) => !wrapperParts.has(part));
  return kept.length === 0 ? name : kept.join('.');
}

/** A tensor under its name without wrappers, and as the file has it. */
export interface CleanName<T> {
  readonly raw: string;
  readonly tensor: T;
}

/** All tensors by their names without wrappers, in order; where two would have the same name, the second keeps its own. */
export function cleanNames<T>(tensors: ReadonlyMap<string, T>): ReadonlyMap<string, CleanName<T>> {
  const clean = new Map<string, CleanName<T>>();
  for (const [raw, tensor] of tensors) {
    const name = withoutWrappers(raw);
    clean.set(clean.has(name) ? raw : name, { raw, tensor });
  }
  return clean;
}
