import { auditRules } from '../../../engines/audit/audit.ts';
import type { AuditedList } from '../../compile/audit-artifact.ts';
import { type JudgedCase, judgedBy } from '../judged-case.ts';

/** Of what belongs to no block, and of blocks whose names are no paths. */
const wholeNetwork = 'network';

/** `stage1` of `stage1/block0/conv1`. */
function groupOf(name: string | undefined): string {
  return /^\/?([^/]+)\//.exec(name ?? '')?.[1] ?? wholeNetwork;
}

/** Of one list of layers each rule in each group of blocks, found fault with or not, so that names stay from run to run. */
function listCases({ path, report }: AuditedList): readonly JudgedCase[] {
  const { blocks, findings } = report;
  const stages = blocks.map(({ block }) => groupOf(block));
  const groups = [...new Set([...stages, ...findings.map(({ node }) => groupOf(node))])];
  const all = [...groups.filter((group) => group !== wholeNetwork), wholeNetwork];
  return auditRules.flatMap(({ name }) =>
    all.map((group): JudgedCase => {
      const diagnostics = findings
        .filter(({ rule, node }) => rule === name && groupOf(node) === group)
        .map(({ diagnostic }) => diagnostic);
      const verdict = judgedBy(diagnostics);
      return { group: path, name: `${name} ${group}`, verdict, diagnostics, place: { path } };
    }),
  );
}

export function auditCases(audited: readonly AuditedList[]): readonly JudgedCase[] {
  return audited.flatMap(listCases);
}
