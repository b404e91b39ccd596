import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { whileWriting } from '../../src/io/file-failure.ts';
import { endingText, runTool } from '../process.ts';
import { requireTensorrtRtx, type TensorrtRtxInstallation } from './probe.ts';
import { environmentPath, findSystemPython, interpreterOf, type PythonRequest } from './python.ts';
import { tensorrtRtxWheel } from './wheel.ts';

export interface SetupRequest extends PythonRequest {
  /** Default one hour: the download decides. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly report?: ((progress: string) => void) | undefined;
}

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

function stepsFor(python: string, environment: string): readonly Step[] {
  return [
    { name: 'making a virtual environment', command: [python, '-m', 'venv', environment] },
    {
      name: `installing ${tensorrtRtxWheel}`,
      command: [
        interpreterOf(environment),
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '--no-input',
        tensorrtRtxWheel,
      ],
    },
  ];
}

async function runStep(step: Step, log: string, request: SetupRequest): Promise<void> {
  const { signal, timeoutMs = 3_600_000, report } = request;
  report?.(step.name);
  const result = await runTool({
    command: step.command,
    timeoutMs,
    logPath: log,
    ...(signal ? { signal } : {}),
    onLine: (line) => report?.(`${step.name}: ${line.trim().slice(0, 100)}`),
  });
  if (result.exitCode === 0) return;
  if (result.cancelled) signal?.throwIfAborted();
  const reason = endingText(result);
  fail('tensorrt-rtx-setup-failed', { step: step.name, reason, log }, { details: result.tail });
}

/**
 * Makes rcc's own virtual environment and installs NVIDIA's wheel in it with pip, as the user's pip is configured.
 * An environment that is not whole is removed. Throws DiagnosticError `python-missing` or `tensorrt-rtx-setup-failed`.
 */
export async function setupTensorrtRtx(request: SetupRequest): Promise<TensorrtRtxInstallation> {
  const { python, cacheDirectory, signal } = request;
  const base = python ? { path: python } : await findSystemPython(request);
  if (!base) return fail('python-missing', { places: '--python and PATH' });
  const environment = environmentPath(cacheDirectory);
  const folder = dirname(environment);
  await whileWriting(folder, () => mkdir(folder, { recursive: true }));
  await rm(environment, { recursive: true, force: true });
  try {
    for (const step of stepsFor(base.path, environment)) {
      await runStep(step, join(folder, 'setup.log'), request);
    }
    // Without --python and RCC_PYTHON the new environment is what is found.
    const own = { env: {}, cacheDirectory };
    return await requireTensorrtRtx(own, signal ? { signal } : {});
  } catch (error) {
    await rm(environment, { recursive: true, force: true });
    throw error;
  }
}
