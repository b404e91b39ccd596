import { printable } from '../../../../src/diagnostics/printable.ts';
import type { StaticOperation, StaticProgram } from './program.ts';
import { NoNames } from './static-names.ts';

/** Operations in a row, each with what the one before it gives. */
export type Chain = readonly StaticOperation[];

/** A residual network taken apart, in the order in which it computes. */
export interface ResidualChains {
  readonly stem: Chain;
  readonly blocks: readonly { readonly branch: Chain; readonly shortcut: Chain }[];
  readonly head: Chain;
}

/** What a program says of each operation; a chain is judged by these words. */
const words: ReadonlyMap<string, string> = new Map([
  ['conv2d', 'conv'],
  ['depthwise_conv2d', 'conv'],
  ['batch_norm', 'bn'],
  ['batch_norm_', 'bn'],
  ['relu', 'relu'],
  ['relu_', 'relu'],
  ['pool2d', 'pool'],
  ['flatten', 'flat'],
  ['flatten_', 'flat'],
  ['reshape', 'flat'],
  ['squeeze', 'flat'],
  ['matmul', 'matmul'],
  ['add', 'add'],
  ['softmax', 'softmax'],
]);

const forms = {
  stem: /^(conv bn relu )+(pool )?$/,
  branch: /^conv bn (relu conv bn )+$/,
  shortcut: /^((pool )?conv bn )?$/,
  between: /^relu $/,
  head: /^relu pool (flat )*matmul (add )?(flat )*(softmax )?$/,
} as const;

function check(chain: Chain, part: keyof typeof forms): Chain {
  const strange = chain.find(({ type }) => words.get(type) === undefined);
  if (strange) throw new NoNames(`'${printable(strange.type)}' is no operation of a plain ResNet`);
  const said = chain.map(({ type }) => `${words.get(type)} `).join('');
  if (forms[part].test(said)) return chain;
  throw new NoNames(`its ${part} is no plain ResNet's: ${said.trim() || 'nothing'}`);
}

interface Trace {
  readonly chain: Chain;
  /** What the chain begins behind: an addition of two, or the input. */
  readonly origin: StaticOperation;
}

/** Finds from what each value is made. */
function tracerOf({ parameters, operations }: StaticProgram) {
  const makers = new Map(
    operations.flatMap((operation) =>
      operation.outputs.map((value) => [value, operation] as const),
    ),
  );
  const isJoin = ({ type, inputs }: StaticOperation) =>
    type === 'add' && inputs.length === 2 && inputs.every((value) => !parameters.has(value));
  return (value: number | undefined): Trace => {
    const chain: StaticOperation[] = [];
    let [from] = [value];
    // A program that leads back to itself ends here too.
    while (chain.length <= operations.length) {
      const operation = from === undefined ? undefined : makers.get(from);
      if (!operation) break;
      if (operation.type === 'data' || isJoin(operation)) {
        return { chain: chain.reverse(), origin: operation };
      }
      chain.push(operation);
      [from] = operation.inputs;
    }
    throw new NoNames('its operations do not lead from an input to an output');
  };
}

function convolutions(chain: Chain): number {
  return chain.filter(({ type }) => words.get(type) === 'conv').length;
}

/** Two chains that meet in an addition: what they share comes before the block. */
function splitBlock(one: Trace, other: Trace) {
  if (one.origin !== other.origin) throw new NoNames('an addition of more than a block');
  const shared = one.chain.filter((operation, at) => other.chain[at] === operation);
  const rests = [one, other].map(({ chain }) => chain.slice(shared.length));
  const [shortcut = [], branch = []] = rests.toSorted((a, b) => convolutions(a) - convolutions(b));
  return {
    before: { chain: shared, origin: one.origin },
    block: { branch: check(branch, 'branch'), shortcut: check(shortcut, 'shortcut') },
  };
}

/** The chains between the additions of a program, from its output back to its input. Throws NoNames where they are no plain ResNet's. */
export function residualChains(program: StaticProgram): ResidualChains {
  const trace = tracerOf(program);
  const outputs = program.operations.filter(({ type }) => type === 'fetch');
  const [output] = outputs;
  if (!output || outputs.length > 1) throw new NoNames(`it has ${outputs.length} outputs`);
  const end = trace(output.inputs[0]);
  const blocks: ResidualChains['blocks'][number][] = [];
  let { origin, chain } = end;
  const met = new Set<StaticOperation>();
  while (origin.type === 'add') {
    if (met.has(origin)) throw new NoNames('its additions lead back to themselves');
    met.add(origin);
    if (blocks.length > 0) check(chain, 'between');
    const [one, other] = origin.inputs.map(trace);
    if (!one || !other) throw new NoNames('an addition of one');
    const { before, block } = splitBlock(one, other);
    blocks.push(block);
    ({ origin, chain } = before);
  }
  if (blocks.length === 0) throw new NoNames('it has no residual blocks');
  return { stem: check(chain, 'stem'), blocks: blocks.reverse(), head: check(end.chain, 'head') };
}
