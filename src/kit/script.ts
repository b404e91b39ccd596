import { fileURLToPath } from 'node:url';
import { quoteForShell } from '../../engines/command-text.ts';
import { listFieldSets, stateFieldSets } from '../../engines/nvidia-smi.ts';
import { splitArgument } from '../../engines/tensorrt/planning/option-table.ts';
import type { TrtexecCommand } from '../../engines/tensorrt/planning/plan.ts';
import { readText } from '../io/open-file.ts';

/** Stands for the attempt's folder in what is planned: no argument can hold it otherwise. */
export const attemptFolder = '\0attempt';
const inAttempt = `${attemptFolder}/`;

/** A planned path as it stands in the attempt's folder. */
export function withoutFolder(text: string): string {
  return text.replaceAll(inAttempt, '');
}

/** An argument as a shell reads it in run.sh, where `$attempt` is the attempt's folder. */
export function shellArgument(argument: string): string {
  const parts = argument
    .split(attemptFolder)
    .map((part) => (part === '' ? '' : quoteForShell(part)));
  return parts.length === 1 ? quoteForShell(argument) : parts.join('"$attempt"');
}

/** What the script is made for. */
export interface ScriptSettings {
  readonly gpu: { readonly name: string; readonly computeCapability: string };
  readonly device: number;
  /** Least free space of an attempt's folder. */
  readonly neededKiB: number;
  readonly plans: readonly ScriptPlan[];
}

/** Commands for the releases of these orders. */
export interface ScriptPlan {
  readonly from: number;
  readonly until: number;
  readonly commands: readonly TrtexecCommand[];
}

/** The word that tells a model apart, in small letters between blanks: ` t4 `; of a GPU that is known by its compute capability alone, nothing. */
function gpuWord({ name }: ScriptSettings['gpu']): string {
  if (name.startsWith('GPU of compute capability')) return '';
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return ` ${words.find((word) => /\d/.test(word)) ?? words.at(-1) ?? ''} `;
}

function settingLines({ gpu, device, neededKiB }: ScriptSettings): readonly string[] {
  const queries = (sets: readonly (readonly string[])[]) =>
    quoteForShell(sets.map((fields) => fields.join(',')).join(' '));
  return [
    `# For ${gpu.name}.`.replaceAll(/[^ -~]/g, '?'),
    `gpu_word=${quoteForShell(gpuWord(gpu))}`,
    `capability=${quoteForShell(gpu.computeCapability)}`,
    `device=${device}`,
    `needed_kib=${neededKiB}`,
    `gpu_queries=${queries(listFieldSets)}`,
    `state_queries=${queries(stateFieldSets)}`,
  ];
}

const words = (parts: readonly string[]): string => parts.map(shellArgument).join(' ');

function optionOf({ args }: TrtexecCommand, option: string): string {
  return args.map(splitArgument).find(({ name }) => name === option)?.value ?? '';
}

type StepLine = (command: TrtexecCommand) => string;

/** How run.sh starts each kind of command. */
const stepLines: Readonly<Record<TrtexecCommand['kind'], StepLine>> = {
  build: (command) =>
    words([
      'build',
      String(command.batch ?? 0),
      ...[command.engine, optionOf(command, '--exportLayerInfo'), command.log].map(withoutFolder),
      ...command.args,
    ]),
  run: ({ batch, log, args }) => words(['run', 'run', String(batch), withoutFolder(log), ...args]),
  time: ({ batch, log, args }) => words(['measure', String(batch), withoutFolder(log), ...args]),
  profile: ({ batch, log, args }) =>
    words(['run', 'profile', String(batch), withoutFolder(log), ...args]),
};

/** The commands of one batch, each if the one before went well; what went wrong leaves the other batches alone. */
function batchLines(commands: readonly TrtexecCommand[], batch: number): readonly string[] {
  const own = commands.filter((command) => command.batch === batch);
  const steps = own.map((command) => stepLines[command.kind](command));
  return [steps.map((step) => `  ${step}`).join(' &&\n'), `  settle ${batch} $?`];
}

function planLines({ commands }: ScriptPlan, index: number): readonly string[] {
  const shared = commands.filter(({ batch }) => batch === undefined);
  const batches = [...new Set(commands.flatMap(({ batch = [] }) => batch))];
  return [
    `plan_${index + 1}() {`,
    ...shared.map(
      (command) => `  ${stepLines[command.kind](command)} || {\n    settle 0 $?\n    return\n  }`,
    ),
    ...batches.flatMap((batch) => batchLines(commands, batch)),
    '}',
    '',
  ];
}

function choiceLine({ from, until }: ScriptPlan, index: number): string {
  const before = until === Number.POSITIVE_INFINITY ? '' : ` && [ "$order" -lt ${until} ]`;
  return `  [ "$order" -ge ${from} ]${before} && plan=${index + 1}`;
}

/** run.sh: the script beside this module with the settings and the commands of a kit. */
export async function scriptOf(settings: ScriptSettings): Promise<string> {
  const path = fileURLToPath(new URL('./run-kit.sh', import.meta.url));
  const { plans } = settings;
  const parts = {
    '#@SETTINGS': settingLines(settings),
    '#@PLANS': [
      ...plans.flatMap(planLines),
      'choose_plan() {',
      ...plans.map(choiceLine),
      '  return 0',
      '}',
    ],
  };
  const text = await readText(path, 'script');
  return Object.entries(parts).reduce(
    // A function: in a text, `$&` and its like would be taken for what was found.
    (script, [mark, lines]) => script.replace(`${mark}\n`, () => `${lines.join('\n')}\n`),
    text,
  );
}
