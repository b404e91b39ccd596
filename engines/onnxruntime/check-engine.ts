import { checkOf, type EngineCheck } from '../engine-check.ts';
import { describeProcessor } from '../processor.ts';
import type { OnnxruntimeFacts } from './facts.ts';
import { loadRuntime } from './runtime.ts';
import { stampOf } from './session.ts';

const same = (a: string, b: string): EngineCheck['fits'] => (a === b ? 'yes' : 'no');

/** Compares an optimised model's facts with this machine: its weights lie in the order that one kind of processor reads. */
export async function checkOnnxruntimeEngine(
  facts: OnnxruntimeFacts,
): Promise<readonly EngineCheck[]> {
  const processor = await describeProcessor();
  const here = stampOf({ runtime: await loadRuntime(), processor });
  const names = facts.processorName === processor.name ? 'yes' : 'doubtful';
  return [
    checkOf('runtime', facts.runtime, here.runtime, same(facts.runtime, here.runtime)),
    checkOf('kernels', facts.processor, here.processor, same(facts.processor, here.processor)),
    checkOf('processor', facts.processorName, processor.name, names),
  ];
}
