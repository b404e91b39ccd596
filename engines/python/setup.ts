import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { whileWriting } from '../../src/io/file-failure.ts';
import { endingText, runTool } from '../process.ts';
import {
  environmentPath,
  findOwnPython,
  findSystemPython,
  interpreterOf,
  type PythonRequest,
} from './find-python.ts';
import type { Installation } from './installation.ts';
import type { PythonPackage } from './package.ts';
import { failMissing, probePackage, probePython } from './probe.ts';

export interface SetUpRequest extends PythonRequest {
  /** Whether an environment that is whole is made anew all the same. */
  readonly force?: boolean | undefined;
  /** Default one hour: the download decides. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((progress: string) => void) | undefined;
}

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input'] as const;

function stepsFor(
  { wheels, alone }: PythonPackage,
  python: string,
  environment: string,
): readonly Step[] {
  const own = interpreterOf(environment);
  return [
    { name: 'making a virtual environment', command: [python, '-m', 'venv', environment] },
    {
      name: `installing ${wheels.join(' and ')}`,
      command: [own, ...pip, ...(alone ? ['--no-deps'] : []), ...wheels],
    },
  ];
}

interface Work {
  readonly wanted: PythonPackage;
  readonly log: string;
}

async function runStep(step: Step, { wanted, log }: Work, request: SetUpRequest): Promise<void> {
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
  fail(wanted.codes.setupFailed, { step: step.name, reason, log }, { details: result.tail });
}

/** What a set-up left, and whether an earlier one had. */
export interface SetUp extends Installation {
  readonly isEarlier: boolean;
}

/** For people: what is where, and that it was there. */
export function describeSetUp(
  { title }: Pick<PythonPackage, 'title'>,
  { version, python, isEarlier }: SetUp,
): string {
  const there = isEarlier ? ', set up before and whole (--force makes it anew)' : '';
  return `${title} ${version} in ${python.path}${there}`;
}

/** Asks the environment that an earlier set-up made, if there is one. */
async function findOwn(
  wanted: PythonPackage,
  { cacheDirectory, signal }: SetUpRequest,
): Promise<Installation | undefined> {
  const python = await findOwnPython(wanted, { env: {}, cacheDirectory });
  const probe = python && (await probePython(wanted, python, ['--version'], signal));
  return probe?.found ? probe.installation : undefined;
}

/** Finds what was just installed: without --python and RCC_PYTHON the new environment is what is found. */
async function requireOwn(
  wanted: PythonPackage,
  { cacheDirectory, signal }: SetUpRequest,
): Promise<Installation> {
  const probe = await probePackage(wanted, { env: {}, cacheDirectory }, signal);
  return probe.found ? probe.installation : failMissing(wanted, probe);
}

/**
 * Makes rcc's own virtual environment and installs a package's wheels in it with pip, as the user's pip is configured.
 * One that is there and whole stays as it is, one that is not is removed. Throws DiagnosticError `python-missing`, or that the set-up failed.
 */
export async function setUpPackage(wanted: PythonPackage, request: SetUpRequest): Promise<SetUp> {
  const { python, cacheDirectory, force } = request;
  const earlier = force ? undefined : await findOwn(wanted, request);
  if (earlier) return { ...earlier, isEarlier: true };
  const base = python ? { path: python } : await findSystemPython(request);
  if (!base) return fail('python-missing', { places: '--python and PATH' });
  const environment = environmentPath(wanted, cacheDirectory);
  const folder = dirname(environment);
  await whileWriting(folder, () => mkdir(folder, { recursive: true }));
  await rm(environment, { recursive: true, force: true });
  const work = { wanted, log: join(folder, 'setup.log') };
  try {
    for (const step of stepsFor(wanted, base.path, environment)) {
      await runStep(step, work, request);
    }
    return { ...(await requireOwn(wanted, request)), isEarlier: false };
  } catch (error) {
    await rm(environment, { recursive: true, force: true });
    throw error;
  }
}
