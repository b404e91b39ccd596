import { classOutputOf } from '../../codegen/architecture/output-names.ts';
import type { Value } from '../../codegen/ir/graph.ts';
import type { LoadedEngine, Tensor, Tensors } from '../../engines/engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { type Refusal, refusalIn } from './answers.ts';
import { ask, type Connection } from './connection.ts';
import { dataTypeOf } from './datatypes.ts';
import { type RawOutput, splitAnswer, tensorOf, textsOf } from './infer-answer.ts';
import { encodeRequest, type WantedOutput } from './infer-request.ts';
import { modelPath, type ServedFacts, type ServedTensor, tensorText } from './metadata.ts';

/** A class as a server names it (Triton's extension `classification`). */
export interface ServedClass {
  readonly class: number;
  readonly score: number;
  /** Absent where the server has no labels. */
  readonly label?: string;
}

/** The classes of one output: the shape of the answer, and its entries in their order. */
export interface ServedClasses {
  readonly shape: readonly number[];
  readonly classes: readonly ServedClass[];
}

/** A model on a server, as an engine in memory: its outputs come over the network. */
export interface ServedModel extends LoadedEngine {
  /** As `run`; a request that the server itself refuses is an answer too. */
  attempt(inputs: Tensors, signal?: AbortSignal): Promise<Record<string, Tensor> | Refusal>;
  /** The `count` most likely classes of each picture, as the server says them. */
  classify(inputs: Tensors, count: number, signal?: AbortSignal): Promise<ServedClasses>;
}

function valueFrom(tensor: ServedTensor, { address }: Connection): Value {
  const { name, datatype, shape } = tensor;
  const dataType = dataTypeOf(datatype);
  if (!dataType) {
    const reason = `${tensorText(tensor)} holds no numbers`;
    return fail('server-answer', { address, what: 'the metadata of the model', reason });
  }
  return { name, type: { dataType, shape: shape.map((dim) => (dim < 0 ? 'N' : dim)) } };
}

/** `4.56892:0:zero` → score, class and label; a label may hold colons. Undefined where it is none. */
export function parseClass(text: string): ServedClass | undefined {
  const [, score, index, label] = /^([^:]+):(\d+)(?::(.*))?$/s.exec(text) ?? [];
  if (score === undefined || index === undefined) return undefined;
  return {
    class: Number(index),
    score: Number(score),
    ...(label === undefined ? {} : { label }),
  };
}

/** Whether numbers travel as bytes. */
export function speaksBinary({ server }: ServedFacts): boolean {
  return server.extensions.includes('binary_tensor_data');
}

export function isRefusal(answer: object): answer is Refusal {
  return 'reason' in answer && 'status' in answer;
}

/** Sends requests for some outputs of a model. */
function createInfer(connection: Connection, facts: ServedFacts) {
  const { address } = connection;
  const what = `a request to '${facts.model}'`;
  const isBinary = speaksBinary(facts);
  const path = `${modelPath(facts)}/infer`;
  async function infer(
    inputs: Tensors,
    outputs: readonly WantedOutput[],
    signal?: AbortSignal,
  ): Promise<readonly RawOutput[] | Refusal> {
    const asked = { ...connection, signal: signal ?? connection.signal };
    const request = { path, what, ...encodeRequest(inputs, { address, outputs, isBinary }) };
    const answer = await ask(asked, request);
    const refusal = refusalIn(asked, request, answer);
    if (refusal) return refusal;
    const found = new Map(
      splitAnswer(answer, { address, what }).map((output) => [output.name, output]),
    );
    return outputs.map(({ name }) => {
      const output = found.get(name);
      const reason = `it has no output '${name}'`;
      return output ?? fail('server-answer', { address, what, reason });
    });
  }
  const granted = <T extends object>(answer: T | Refusal): T =>
    isRefusal(answer) ? fail('server-refused', { address, what, ...answer }) : answer;
  return { infer, granted, context: { address, what } };
}

/** A model of a server that it was asked about, as an engine. Runs throw DiagnosticError. */
export function createServedModel(connection: Connection, facts: ServedFacts): ServedModel {
  const { infer, granted, context } = createInfer(connection, facts);
  async function attempt(inputs: Tensors, signal?: AbortSignal) {
    const wanted = facts.outputs.map(({ name }) => ({ name }));
    const found = await infer(inputs, wanted, signal);
    if (isRefusal(found)) return found;
    return Object.fromEntries(found.map((output) => [output.name, tensorOf(output, context)]));
  }
  return {
    inputs: facts.inputs.map((tensor) => valueFrom(tensor, connection)),
    outputs: facts.outputs.map((tensor) => valueFrom(tensor, connection)),
    attempt,
    run: async (inputs, signal) => granted(await attempt(inputs, signal)),
    async classify(inputs, classification, signal) {
      const { name = '' } = classOutputOf(facts.outputs) ?? {};
      const [output] = granted(await infer(inputs, [{ name, classification }], signal));
      if (!output) throw new Error('the model has no output');
      const classes = textsOf(output, context).map((text) => {
        const parsed = parseClass(text);
        return parsed ?? fail('server-answer', { ...context, reason: `'${text}' is no class` });
      });
      return { shape: output.shape, classes };
    },
    // Connections are the process's, and close by themselves.
    close: async () => undefined,
  };
}
