import { auditToJson, formatAudit } from '../../../engines/audit/format-audit.ts';
import { append } from '../../collections/append.ts';
import { groupBy } from '../../collections/group-by.ts';
import { type AuditedList, auditArtifact } from '../../compile/audit-artifact.ts';
import { auditErrors } from '../../compile/audit-engine.ts';
import { type Diagnostic, DiagnosticError, fail } from '../../diagnostics/diagnostic.ts';
import { auditCases } from '../cases/audit-cases.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { AuditCommandOptions } from '../commands/audit.ts';
import { askedPrecisions } from '../precision-options.ts';
import { paragraphs, type Text } from '../text.ts';

/** Engines of several batches mostly have the same layers: what is said of them is told once. */
function describe(audited: readonly AuditedList[]): Text {
  const byText = groupBy(audited, ({ report }) => formatAudit(report).trimEnd());
  return paragraphs([...byText].map(([text, alike]) => [...alike.map(({ path }) => path), text]));
}

/** `rcc audit`: what compilers made of the graph, list by list; one that cannot be read hides none of the others. */
export async function auditPaths(
  paths: readonly string[],
  options: AuditCommandOptions,
  _context: CommandContext,
): Promise<CommandResult> {
  const precision = askedPrecisions(options)[0];
  const profile = typeof options.profile === 'string' ? options.profile : undefined;
  if (profile !== undefined && paths.length > 1)
    fail('audit-profile-ambiguous', { profile, count: paths.length });
  const audited: AuditedList[] = [];
  const failures: Diagnostic[] = [];
  for (const path of paths) {
    try {
      append(audited, await auditArtifact(path, { precision, profile }));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(failures, error.diagnostics);
    }
  }
  return {
    text: describe(audited),
    data: audited.map(({ path, report }) => ({ path, audit: auditToJson(report) })),
    cases: auditCases(audited),
    diagnostics: [...failures, ...auditErrors(audited.map(({ report }) => report))],
  };
}
