import { maxBatchOf, type TritonConfig, type TritonTensor } from './model-config.ts';
import type { FileFacts, FileTensor } from './model-facts.ts';
import type { Rule } from './rules.ts';

function batchProblems(config: TritonConfig, { batch }: FileFacts): readonly string[] {
  const most = maxBatchOf(config);
  if (most === 0) return [];
  if ('fixed' in batch)
    return [
      `configuration specified max-batch ${most} but the engine only supports max-batch 0: it has a fixed batch of ${batch.fixed}, and cannot be batched`,
    ];
  return most > batch.most
    ? [
        `configuration specified max-batch ${most} but the engine only supports max-batch ${batch.most}`,
      ]
    : [];
}

const listed = (dims: readonly number[]): string => `[${dims.join(',')}]`;

function isLike(declared: readonly number[], own: readonly number[]): boolean {
  return (
    declared.length === own.length &&
    declared.every((dim, at) => dim === own[at] || dim === -1 || own[at] === -1)
  );
}

/** The file's dims as the configuration has to say them: with the batch where Triton makes none. */
function wholeDims({ dims }: FileTensor, { batch }: FileFacts, most: number): readonly number[] {
  if (most > 0) return dims;
  return ['fixed' in batch ? batch.fixed : -1, ...dims];
}

interface Side {
  readonly kind: 'input' | 'output';
  readonly declared: readonly TritonTensor[];
  readonly own: readonly FileTensor[];
}

function tensorProblems(
  { kind, declared, own }: Side,
  facts: FileFacts,
  most: number,
): readonly string[] {
  const names = own.map(({ name }) => `'${name}'`).join(', ');
  return declared.flatMap(({ name, data_type: type, dims }) => {
    const found = own.find((one) => one.name === name);
    if (!found) return [`unexpected ${kind} '${name}': the model has ${names}`];
    const expected = wholeDims(found, facts, most);
    return [
      ...(type === found.dataType
        ? []
        : [`${kind} '${name}' is ${type}; the model has ${found.dataType}`]),
      ...(isLike(dims, expected)
        ? []
        : [`${kind} '${name}' has dims ${listed(dims)}; the model has ${listed(expected)}`]),
    ];
  });
}

function missingInputs({ input }: TritonConfig, { inputs }: FileFacts): readonly string[] {
  const names = input.map(({ name }) => name);
  return inputs
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => `the model's input '${name}' is not in the configuration`);
}

function problems(config: TritonConfig, facts: FileFacts): readonly string[] {
  const most = maxBatchOf(config);
  const { input, output } = config;
  return [
    ...batchProblems(config, facts),
    ...missingInputs(config, facts),
    ...tensorProblems({ kind: 'input', declared: input, own: facts.inputs }, facts, most),
    ...tensorProblems({ kind: 'output', declared: output, own: facts.outputs }, facts, most),
  ];
}

/** The configuration beside each file that it serves. */
export const engineRules: readonly Rule[] = [
  ({ config, versions }) =>
    versions.flatMap(({ facts }) => [...facts.values()].flatMap((one) => problems(config, one))),
];
