import type { CommandDefinition } from './command.ts';
import { auditCommand } from './commands/audit.ts';
import { benchCommand } from './commands/bench.ts';
import { checkCommand } from './commands/check.ts';
import { checkEngineCommand } from './commands/check-engine.ts';
import { checkRepositoryCommand } from './commands/check-repository.ts';
import { classifyCommand } from './commands/classify.ts';
import { compareCommand } from './commands/compare.ts';
import { compileCommand } from './commands/compile.ts';
import { deployCommand } from './commands/deploy.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { doctorCommand } from './commands/doctor.ts';
import { estimateCommand } from './commands/estimate.ts';
import { evalCommand } from './commands/eval.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { inspectCommand } from './commands/inspect.ts';
import { listCommand } from './commands/list.ts';
import { reportCommand } from './commands/report.ts';
import { verifyCommand } from './commands/verify.ts';

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  compileCommand,
  checkCommand,
  inspectCommand,
  verifyCommand,
  classifyCommand,
  benchCommand,
  deployCommand,
  checkRepositoryCommand,
  auditCommand,
  checkEngineCommand,
  doctorCommand,
  reportCommand,
  compareCommand,
  estimateCommand,
  evalCommand,
  diagnoseCommand,
  initCommand,
  listCommand,
  explainCommand,
];
