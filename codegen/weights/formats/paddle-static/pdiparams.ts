import { fail } from '../../../../src/diagnostics/diagnostic.ts';
import { sameShape } from '../../../ir/types.ts';
import type { ByteSource } from '../../../tensors/byte-source.ts';
import type { TensorSource } from '../../../tensors/tensor-source.ts';
import type { WeightsFile } from '../../weights-file.ts';
import type { OpenBeside } from '../shards.ts';
import { readInfoNames } from './info-names.ts';
import { readProgram } from './program.ts';
import { namesOfProgram, poolsInShortcuts } from './program-names.ts';
import { readRecords } from './records.ts';
import { NoNames, type StaticNames } from './static-names.ts';

interface Found {
  readonly names: StaticNames;
  readonly notes: readonly string[];
  /** What the program says of the shortcuts. */
  readonly shortcutKind?: NonNullable<WeightsFile['shortcutKind']>;
}

/** Where the names of a static model stand, by what is added to its own: that of Paddle 2 first, which has the very names of the state dict. */
const sources: readonly {
  readonly ending: string;
  readonly read: (source: ByteSource) => Promise<Found>;
}[] = [
  {
    ending: '.pdiparams.info',
    read: async (source) => ({ names: await readInfoNames(source), notes: [] }),
  },
  {
    ending: '.json',
    async read(source) {
      const program = await readProgram(source);
      const pools = poolsInShortcuts(program);
      const how = pools
        ? 'whose shortcuts pool before they project'
        : 'whose shortcuts do not pool';
      return {
        names: namesOfProgram(program),
        shortcutKind: pools ? 'avgpool' : 'projection',
        notes: [`Layers found by their place in the program, ${how}.`],
      };
    },
  },
];

function lastPart(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** The tensors by their names in the state dict, where they fit the names: they lie in the order of their names in the program. */
function assign(tensors: readonly TensorSource[], names: StaticNames): WeightsFile['tensors'] {
  if (names.size !== tensors.length) {
    throw new NoNames(`it names ${names.size} tensors where there are ${tensors.length}`);
  }
  const named = new Map<string, TensorSource>();
  for (const [at, parameter] of [...names.keys()].toSorted().entries()) {
    const { name = '', shape } = names.get(parameter) ?? {};
    const tensor = tensors[at] as TensorSource;
    if (shape && !sameShape(shape, tensor.shape)) {
      throw new NoNames(`'${parameter}' has another shape in it`);
    }
    if (named.has(name)) throw new NoNames(`it names two tensors '${name}'`);
    named.set(name, tensor);
  }
  return named;
}

/** Runs what needs a file beside the weights; why that has no names becomes a diagnostic. */
async function withReason<T>(file: string, beside: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof NoNames)) throw error;
    return fail('weights-pdiparams', { file, beside, reason: error.message });
  }
}

/**
 * `.pdiparams` of paddle.jit.save: numbers without names, which stand beside it: in `.pdiparams.info` (Paddle 2), or told by the program in `.json` (Paddle 3).
 * DiagnosticError `weights-pdiparams` where neither says them.
 */
export async function openPdiparams(source: ByteSource, beside: OpenBeside): Promise<WeightsFile> {
  const { name: file } = source;
  const stem = lastPart(file).replace(/\.pdiparams$/, '');
  const [found] = sources.flatMap(({ ending, read }) => {
    const opened = beside(`${stem}${ending}`);
    return opened ? [{ name: `${stem}${ending}`, read: () => read(opened) }] : [];
  });
  if (!found) return fail('weights-pdiparams', { file, stem });
  return await withReason(file, found.name, async () => {
    const { names, notes, ...told } = await found.read();
    const tensors = assign(await readRecords(source), names);
    const taken = `Names taken from '${found.name}'.`;
    return { name: file, format: 'pdiparams', tensors, notes: [taken, ...notes], ...told };
  });
}
