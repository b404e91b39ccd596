import type { CommandDefinition } from './command.ts';
import { auditCommand } from './commands/audit.ts';
import { benchCommand } from './commands/bench.ts';
import { cacheGcCommand } from './commands/cache/gc.ts';
import { cacheLsCommand } from './commands/cache/ls.ts';
import { cacheWhyCommand } from './commands/cache/why.ts';
import { checkCommand } from './commands/check.ts';
import { checkEngineCommand } from './commands/check-engine.ts';
import { checkRepositoryCommand } from './commands/check-repository.ts';
import { classifyCommand } from './commands/classify.ts';
import { collectCommand } from './commands/collect.ts';
import { compareCommand } from './commands/compare.ts';
import { compileCommand } from './commands/compile.ts';
import { completionInstallCommand } from './commands/completion/install.ts';
import { completionRemoveCommand } from './commands/completion/remove.ts';
import { completionShowCommand } from './commands/completion/show.ts';
import { deployCommand } from './commands/deploy.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { doctorCommand } from './commands/doctor.ts';
import { estimateCommand } from './commands/estimate.ts';
import { evalCommand } from './commands/eval.ts';
import { explainCommand } from './commands/explain.ts';
import { farmCancelCommand } from './commands/farm/cancel.ts';
import { farmCollectCommand } from './commands/farm/collect.ts';
import { farmPlanCommand } from './commands/farm/plan.ts';
import { farmRetryCommand } from './commands/farm/retry.ts';
import { farmRunCommand } from './commands/farm/run.ts';
import { farmStatusCommand } from './commands/farm/status.ts';
import { fmtCommand } from './commands/fmt.ts';
import { initCommand } from './commands/init.ts';
import { inspectCommand } from './commands/inspect.ts';
import { listCommand } from './commands/list.ts';
import { lspCommand } from './commands/lsp.ts';
import { packCommand } from './commands/pack.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { reportCommand } from './commands/report.ts';
import { verifyCommand } from './commands/verify.ts';

/** What commands of two words have in common, by the first. */
export const commandGroups: Readonly<Record<string, string>> = {
  completion: 'rcc on a tab in bash, zsh and fish, and its manual page: install, remove, show',
  cache: 'the engines that are kept, so that they are not built twice',
  farm: 'many networks on many GPUs from one plan: plan, run, status, retry, cancel, collect',
};

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  compileCommand,
  checkCommand,
  fmtCommand,
  inspectCommand,
  verifyCommand,
  classifyCommand,
  benchCommand,
  deployCommand,
  checkRepositoryCommand,
  auditCommand,
  checkEngineCommand,
  rebuildCommand,
  packCommand,
  collectCommand,
  farmPlanCommand,
  farmRunCommand,
  farmStatusCommand,
  farmRetryCommand,
  farmCancelCommand,
  farmCollectCommand,
  doctorCommand,
  reportCommand,
  compareCommand,
  estimateCommand,
  evalCommand,
  diagnoseCommand,
  initCommand,
  listCommand,
  cacheLsCommand,
  cacheWhyCommand,
  cacheGcCommand,
  explainCommand,
  lspCommand,
  completionInstallCommand,
  completionRemoveCommand,
  completionShowCommand,
];
