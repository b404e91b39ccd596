/** Wrappers that put their own name before every parameter's: DataParallel, compiled models, EMA copies, recognition models. */
const prefixes = ['module.', 'model.', '_orig_mod.', 'backbone.', 'Student.', 'Teacher.'] as const;

/** Counters that stand beside the wrapped parameters (torch.optim.swa_utils.AveragedModel). */
const unprefixed = ['n_averaged'] as const;

export interface Unprefixed<T> {
  readonly entries: ReadonlyMap<string, T>;
  readonly notes: readonly string[];
}

function isCounter(name: string): boolean {
  return unprefixed.some((counter) => counter === name);
}

/** A distillation checkpoint holds two networks; the student is the one that was trained. */
function studentOf<T>(entries: ReadonlyMap<string, T>): Unprefixed<T> {
  const names = [...entries.keys()];
  const isPair =
    names.some((name) => name.startsWith('Student.')) &&
    names.some((name) => name.startsWith('Teacher.')) &&
    names.every((name) => /^(Student|Teacher)\./.test(name));
  if (!isPair) return { entries, notes: [] };
  return {
    entries: new Map([...entries].filter(([name]) => name.startsWith('Student.'))),
    notes: ['The file holds a student and a teacher; the student is taken.'],
  };
}

/** Takes off prefixes as long as every tensor has the same one. */
export function stripPrefixes<T>(all: ReadonlyMap<string, T>): Unprefixed<T> {
  const { entries: chosen, notes } = studentOf(all);
  let entries = new Map([...chosen].filter(([name]) => !isCounter(name)));
  if (entries.size === 0) return { entries: chosen, notes };
  const stripped: string[] = [];
  for (;;) {
    const names = [...entries.keys()];
    const prefix = prefixes.find((text) => names.every((name) => name.startsWith(text)));
    if (!prefix) break;
    stripped.push(prefix);
    entries = new Map([...entries].map(([name, value]) => [name.slice(prefix.length), value]));
  }
  if (stripped.length === 0) return { entries: chosen, notes };
  return { entries, notes: [...notes, `Prefix '${stripped.join('')}' taken off every name.`] };
}
