import { type MessageRow, row } from '../message-row.ts';
import { inLog, type LogFacts } from './log-facts.ts';

/** A Python package that a target is driven through. */
interface Package {
  readonly title: string;
  readonly target: string;
  /** As it is imported. */
  readonly imported: string;
  /** What pip installs. */
  readonly wheel: string;
  readonly example: string;
  /** Where the wheel exists, and how much is fetched. */
  readonly exists: string;
}

export interface MissingPackage {
  readonly python: string;
  readonly source: string;
  readonly reason: string;
}

/** Of a package that the Python which was found does not have. */
export function missingRow(wanted: Package): MessageRow<MissingPackage> {
  const { title, target, imported, wheel, example } = wanted;
  return row<MissingPackage>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ python, source, reason }) =>
      `${title} is not there for ${python} (${source}): ${reason}.`,
    hint: () => setupHint(target),
    cause: `The Python that was found has no package ${imported}, or its libraries cannot be loaded.`,
    example,
    cure: `Run rcc doctor --setup ${target}, or pip install ${wheel} and name that Python with --python or RCC_PYTHON.`,
  });
}

export type FailedSetup = LogFacts & { readonly step: string; readonly reason: string };

/** Of an environment that could not be made. */
export function setupFailedRow({ title, exists }: Package): MessageRow<FailedSetup> {
  return row<FailedSetup>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ step, reason }) => `Setting up ${title} failed while ${step}: ${reason}.`,
    hint: inLog,
    cause: `Python could not make a virtual environment, or pip could not fetch or install the wheel. ${exists}`,
    cure: 'Read pip’s lines below the message: often there is no network, or python3-venv is not installed.',
  });
}

export function setupHint(target: string): string {
  return `rcc doctor --setup ${target} installs it into an environment of its own.`;
}

export const pythonMessages = {
  'python-missing': row<{ places: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ places }) => `No Python was found by ${places}.`,
    hint: () => 'Install Python 3.9 or later, or name one with --python FILE.',
    cause:
      'TensorRT-RTX and OpenVINO have bindings for Python and C++ that rcc can use without downloads of its own; it starts a small script of its own in Python.',
    example: 'rcc compile resnet50_vd.rn --fp16 --target tensorrt-rtx --compute-capability 7.5',
    cure: 'Install Python, or use a target that needs none.',
  }),
} as const;
