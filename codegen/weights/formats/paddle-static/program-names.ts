import { type Chain, residualChains } from './chains.ts';
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

/**
 * Names of PaddleClas for the parameters of a program, from the place of each in the computation: names in a program are counters of the process that made
 * it. Throws NoNames where the program is no plain ResNet.
 */
export function namesOfProgram(program: StaticProgram): StaticNames {
  const { stem, blocks, head } = residualChains(program);
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

/** Whether shortcuts pool before they project, which no name tells. */
export function poolsInShortcuts(program: StaticProgram): boolean {
  return residualChains(program).blocks.some(({ shortcut }) => shortcut[0]?.type === 'pool2d');
}
