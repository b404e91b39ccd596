import { checkOf, type EngineCheck } from '../engine-check.ts';
import { describeProcessor } from './processor.ts';
import { loadRuntime } from './runtime.ts';
import { stampOf } from './session.ts';

/** What a manifest records of an optimised model. */
export type OnnxruntimeFacts = Readonly<Record<string, string | number | boolean>>;

function textOf(value: OnnxruntimeFacts[string] | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Compares an optimised model's facts with this machine: its weights lie in the order that one kind of processor reads. */
export async function checkOnnxruntimeEngine(
  facts: OnnxruntimeFacts,
): Promise<readonly EngineCheck[]> {
  const processor = await describeProcessor();
  const here = stampOf({ runtime: await loadRuntime(), processor });
  const same = (a: OnnxruntimeFacts[string] | undefined, b: string) => a === b;
  const names = same(facts.processorName, processor.name) ? 'yes' : 'doubtful';
  return [
    checkOf(
      'runtime',
      textOf(facts.runtime),
      here.runtime,
      same(facts.runtime, here.runtime) ? 'yes' : 'no',
    ),
    checkOf(
      'kernels',
      textOf(facts.processor),
      here.processor,
      same(facts.processor, here.processor) ? 'yes' : 'no',
    ),
    checkOf('processor', textOf(facts.processorName), processor.name, names),
  ];
}
