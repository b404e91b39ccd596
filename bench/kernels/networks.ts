/* The published networks, each once: several specs mean the same one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph, Initializer } from '../../codegen/ir/graph.ts';
import { inferTypes } from '../../codegen/ir/infer-types.ts';
import { printGraph } from '../../codegen/ir/print.ts';
import { elementCount } from '../../codegen/ir/types.ts';
import type { TensorRanges } from '../../codegen/quantization/ranges.ts';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import { wholeTensor } from '../../codegen/tensors/tensor-source.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import type { Spec } from '../../src/language/spec.ts';

export interface Network {
  /** Names of the specs that mean it. */
  readonly names: readonly string[];
  readonly spec: Spec;
  /** As lowered, with numbers. */
  readonly graph: Graph;
}

/** Small numbers of both signs that repeat after a prime count. */
const pattern = Float32Array.from(
  { length: 8191 },
  (_, i) => (((i * 2741) % 8191) / 8191 - 0.5) / 10,
);

function fill(count: number): Float32Array {
  const values = new Float32Array(count);
  values.set(pattern.subarray(0, count));
  for (let filled = pattern.length; filled < count; filled *= 2) {
    values.copyWithin(filled, 0, Math.min(filled, count - filled));
  }
  return values;
}

function fillParameter(initializer: Initializer): Initializer {
  const { slot, type } = initializer;
  if (!slot) return initializer;
  const shape = type.shape.map(Number);
  const count = elementCount(shape);
  const source = wholeTensor('float32', shape, () =>
    bytesOf(slot.role === 'bn.var' ? new Float32Array(count).fill(1) : fill(count)),
  );
  return { ...initializer, source };
}

/** Numbers for every parameter that cost little to make: a compiler chooses kernels by shapes and types. */
export function numbered(graph: Graph): Graph {
  const filled = [...graph.initializers.values()].map(fillParameter);
  return { ...graph, initializers: new Map(filled.map((each) => [each.name, each])) };
}

/** The same range for every value of a network: kernels do not depend on it. */
export function rangesOf(graph: Graph): TensorRanges {
  return new Map([...inferTypes(graph).keys()].map((name) => [name, 4]));
}

/** Shallow networks first, and a network before its variants. */
function inOrder(specs: readonly Spec[]): readonly Spec[] {
  const depth = ({ stages }: Spec): number => stages.reduce((sum, count) => sum + count, 0);
  return specs.toSorted(
    (a, b) => depth(a) - depth(b) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1),
  );
}

/** The networks of specs/. */
export async function readNetworks(): Promise<readonly Network[]> {
  const files = readdirSync('specs').filter((name) => name.endsWith('.rn'));
  const { specs } = await loadSpecFiles(files.map((name) => join('specs', name)));
  const groups = new Map<string, { names: string[]; spec: Spec; graph: Graph }>();
  for (const spec of inOrder(specs)) {
    const graph = lowerSpec(spec);
    const text = printGraph({ ...graph, name: '' });
    const known = groups.get(text);
    if (known) known.names.push(spec.name);
    else groups.set(text, { names: [spec.name], spec, graph: numbered(graph) });
  }
  return [...groups.values()];
}

/** The network that a spec means, by the spec's name. */
export function networkNamed(networks: readonly Network[], name: string): Network {
  const found = networks.find(({ names }) => names.includes(name));
  if (!found) throw new Error(`there is no spec '${name}'`);
  return found;
}
