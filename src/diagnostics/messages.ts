import { accuracyMessages } from './messages/accuracy.ts';
import { auditMessages } from './messages/audit.ts';
import { cliMessages } from './messages/cli.ts';
import { codegenMessages } from './messages/codegen.ts';
import { compileMessages } from './messages/compile.ts';
import { completionMessages } from './messages/completion.ts';
import { deployMessages } from './messages/deploy.ts';
import { deployClientMessages } from './messages/deploy-clients.ts';
import { deployContractMessages } from './messages/deploy-contract.ts';
import { engineCacheMessages } from './messages/engine-cache.ts';
import { engineMessages } from './messages/engines.ts';
import { farmMessages } from './messages/farm.ts';
import { farmCellMessages } from './messages/farm-cells.ts';
import { farmReportMessages } from './messages/farm-report.ts';
import { imageMessages } from './messages/images.ts';
import { kitMessages } from './messages/kit.ts';
import { languageMessages } from './messages/language.ts';
import { lspMessages } from './messages/lsp.ts';
import { openvinoMessages } from './messages/openvino.ts';
import { outputFileMessages } from './messages/output-files.ts';
import { outputMessages } from './messages/outputs.ts';
import { precisionMessages } from './messages/precision.ts';
import { pythonMessages } from './messages/python.ts';
import { rebuildMessages } from './messages/rebuild.ts';
import { reportMessages } from './messages/report.ts';
import { serverMessages } from './messages/server.ts';
import { tensorrtMessages } from './messages/tensorrt.ts';
import { tensorrtRtxMessages } from './messages/tensorrt-rtx.ts';
import { weightsMessages } from './messages/weights.ts';

/** Every diagnostic rcc can give, by its stable code. One file a room; `rcc explain` reads this table. */
export const messages = {
  ...languageMessages,
  ...outputMessages,
  ...weightsMessages,
  ...codegenMessages,
  ...engineMessages,
  ...engineCacheMessages,
  ...tensorrtMessages,
  ...pythonMessages,
  ...tensorrtRtxMessages,
  ...openvinoMessages,
  ...auditMessages,
  ...imageMessages,
  ...accuracyMessages,
  ...reportMessages,
  ...farmReportMessages,
  ...serverMessages,
  ...precisionMessages,
  ...compileMessages,
  ...rebuildMessages,
  ...kitMessages,
  ...deployMessages,
  ...deployClientMessages,
  ...deployContractMessages,
  ...farmMessages,
  ...farmCellMessages,
  ...cliMessages,
  ...lspMessages,
  ...outputFileMessages,
  ...completionMessages,
} as const;

export type DiagnosticCode = keyof typeof messages;

export function isDiagnosticCode(code: string): code is DiagnosticCode {
  return Object.hasOwn(messages, code);
}
