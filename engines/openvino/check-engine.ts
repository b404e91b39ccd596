import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { checkOf, type EngineCheck } from '../engine-check.ts';
import { describeProcessor, kernelClassOf } from '../processor.ts';
import { readFacts } from '../read-facts.ts';
import type { Environment, TargetCheck } from '../target.ts';
import { type OpenvinoFacts, openvinoFacts } from './facts.ts';
import { pythonRequest, requireOpenvino } from './find.ts';

const same = (a: string, b: string): EngineCheck['fits'] => (a === b ? 'yes' : 'no');

/** Compares an engine's facts with this machine; `release`: what is installed, where it is known. */
export async function checkOpenvinoEngine(
  facts: OpenvinoFacts,
  release: string | undefined,
): Promise<readonly EngineCheck[]> {
  const processor = await describeProcessor();
  const kernels = kernelClassOf(processor);
  const runtime = release === undefined ? undefined : `OpenVINO ${release}`;
  const names = facts.processorName === processor.name ? 'yes' : 'doubtful';
  return [
    checkOf(
      'runtime',
      facts.runtime,
      runtime,
      runtime === undefined ? 'doubtful' : same(facts.runtime, runtime),
    ),
    checkOf('kernels', facts.processor, kernels, same(facts.processor, kernels)),
    checkOf('processor', facts.processorName, processor.name, names),
  ];
}

/** Compares a manifest's facts with this machine. Throws DiagnosticError where they have another form. */
export async function checkInstalled(
  facts: unknown,
  { env, path, python }: { env: Environment; path: string; python: string | undefined },
): Promise<TargetCheck> {
  const known = readFacts(openvinoFacts, facts, path);
  try {
    const { version } = await requireOpenvino(pythonRequest(env, python));
    return { checks: await checkOpenvinoEngine(known, version) };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return {
      checks: await checkOpenvinoEngine(known, undefined),
      diagnostics: error.diagnostics,
    };
  }
}
