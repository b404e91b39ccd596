import { type Deployed, deploy, destinationOf, readArtifacts } from '../../deploy/deploy.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { DeployCommandOptions } from '../commands/deploy.ts';
import { formatTable } from '../table.ts';
import { type Text, verbatim } from '../text.ts';

export interface DeployArguments {
  readonly directories: readonly string[];
  /** Destinations that read an option, by its name in code. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
}

/** `maxBatch` → `--max-batch`. */
function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Options that were given and belong to other destinations. */
function idleOptions(
  readers: DeployArguments['readers'],
  options: DeployCommandOptions,
): readonly Diagnostic[] {
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(options));
  const { to: destination } = options;
  return [...readers]
    .filter(([key, able]) => given.get(key) !== undefined && !able.includes(destination))
    .map(([key, able]) =>
      createDiagnostic('deploy-option-idle', { option: flagOf(key), destination, able }),
    );
}

const stateWords = {
  done: { new: 'written', changed: 'replaced', same: 'unchanged' },
  planned: { new: 'would be written', changed: 'would be replaced', same: 'unchanged' },
} as const;

/** The files, and what to run next. */
function describe({ output, files, next }: Deployed, isDryRun: boolean): Text {
  const words = isDryRun ? stateWords.planned : stateWords.done;
  const rows = files.map(({ path, state }) => [`${output}/${path}`, words[state]]);
  return [
    formatTable(['file', ''], rows, ['left', 'left']),
    ...(next.length > 0 ? ['', 'next:', verbatim(next.map((line) => `  ${line}`).join('\n'))] : []),
  ];
}

/** `rcc deploy`: what a destination makes of artifacts, with the commands that follow. */
export async function deployArtifacts(
  { directories, readers }: DeployArguments,
  options: DeployCommandOptions,
  { signal, progress }: CommandContext,
): Promise<CommandResult> {
  const { to, output, dryRun: isDryRun = false, ...asked } = options;
  const artifacts = await readArtifacts(directories);
  const { name, maxBatch, as, storageUri, allowSynthetic } = asked;
  const request = { artifacts, output, name, maxBatch, as, storageUri, allowSynthetic };
  const onWait = (owner: string) =>
    progress.note(`waiting for ${owner}, which deploys to ${output}`);
  const deployed = await deploy(destinationOf(to), request, { isDryRun, signal, onWait });
  const { diagnostics, ...data } = deployed;
  return {
    text: describe(deployed, isDryRun),
    data: { ...data, dryRun: isDryRun },
    diagnostics: [...idleOptions(readers, options), ...diagnostics],
  };
}
