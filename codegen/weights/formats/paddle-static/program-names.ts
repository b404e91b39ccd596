import type { StridedShortcut } from '../../weights-file.ts';
import { type Chain, type ResidualChains, residualChains } from './chains.ts';
import type { StaticOperation, StaticProgram } from './program.ts';
import { NoNames, type StaticName, type StaticNames } from './static-names.ts';

/** Last parts of the names of a batch norm's parameters, in the order of the operation's inputs. */
const batchNorm = ['_mean', '_variance', 'weight', 'bias'] as const;

/** What the inputs of an operation behind the first are called under the layer. */
function partsOf({ type }: StaticOperation): readonly string[] {
  if (type.startsWith('batch_norm')) return batchNorm.map((part) => `bn.${part}`);
  return type.endsWith('conv2d') ? ['conv.weight'] : [];
}

function namesOfLayers(chain: Chain, layer: (conv: number) => string) {
  let conv = -1;
  return chain.flatMap((operation) => {
    if (operation.type.endsWith('conv2d')) conv++;
    return partsOf(operation).map(
      (part, at) => [operation.inputs[at + 1], `${layer(conv)}.${part}`] as const,
    );
  });
}

function namesOfHead(head: Chain) {
  const parts = new Map([
    ['matmul', 'fc.weight'],
    ['add', 'fc.bias'],
  ]);
  return head.flatMap(({ type, inputs }) => {
    const name = parts.get(type);
    return name === undefined ? [] : [[inputs[1], name] as const];
  });
}

function namesOf(program: StaticProgram, { stem, blocks, head }: ResidualChains): StaticNames {
  const named = [
    ...namesOfLayers(stem, (conv) => `stem.${conv}`),
    ...blocks.flatMap(({ branch, shortcut }, block) => [
      ...namesOfLayers(branch, (conv) => `blocks.${block}.conv${conv}`),
      ...namesOfLayers(shortcut, () => `blocks.${block}.short`),
    ]),
    ...namesOfHead(head),
  ];
  const names = new Map<string, StaticName>();
  for (const [value, name] of named) {
    const parameter = value === undefined ? undefined : program.parameters.get(value);
    if (!parameter) throw new NoNames(`it computes the numbers of '${name}'`);
    names.set(parameter.name, { name, shape: parameter.shape });
  }
  if (names.size !== named.length) throw new NoNames('two layers of it share their numbers');
  return names;
}

/** Kind of the shortcuts that stride, which no name tells; undefined where none projects. The first block of a network never strides. */
function shortcutKindOf([first, ...others]: ResidualChains['blocks']): StridedShortcut | undefined {
  const pools = ({ shortcut }: ResidualChains['blocks'][number]) => shortcut[0]?.type === 'pool2d';
  if (first && pools(first)) throw new NoNames('the shortcut of its first block pools');
  const projected = others.filter(({ shortcut }) => shortcut.length > 0);
  const pooled = projected.filter(pools).length;
  if (pooled > 0 && pooled < projected.length) {
    throw new NoNames('some of its shortcuts pool and some do not');
  }
  if (projected.length === 0) return undefined;
  return pooled > 0 ? 'avgpool' : 'projection';
}

/** What a program says of its parameters beyond their numbers. */
export interface ProgramNames {
  readonly names: StaticNames;
  readonly shortcutKind: StridedShortcut | undefined;
}

/**
 * Names of PaddleClas for the parameters of a program, from the place of each in the computation: names in a program are counters of the process that made
 * it. Throws NoNames where the program is no plain ResNet.
 */
export function namesOfProgram(program: StaticProgram): ProgramNames {
  const chains = residualChains(program);
  return { names: namesOf(program, chains), shortcutKind: shortcutKindOf(chains.blocks) };
}
