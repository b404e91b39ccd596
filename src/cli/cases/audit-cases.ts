import { auditRules } from '../../../engines/audit/audit.ts';
import type { AuditedList } from '../../compile/audit-artifact.ts';
import { type JudgedCase, judgedBy } from '../judged-case.ts';

/** Of what belongs to no residual block (stem and head too), and of blocks whose names are no paths. */
const wholeNetwork = 'network';

/** `stage1` of `stage1/block0/conv1`. */
function stageOf(name: string | undefined): string {
  return /^\/?([^/]+)\//.exec(name ?? '')?.[1] ?? wholeNetwork;
}

/** Of one list of layers each rule in each group of blocks, whether it found something or not, so that names stay from run to run. */
function listCases({ path, report }: AuditedList): readonly JudgedCase[] {
  const { blocks, findings } = report;
  const stages = new Set([...blocks.map(({ block }) => stageOf(block)), wholeNetwork]);
  const groupOf = (node: string | undefined): string => {
    const stage = stageOf(node);
    return stages.has(stage) ? stage : wholeNetwork;
  };
  return auditRules.flatMap(({ name }) =>
    [...stages].map((group): JudgedCase => {
      const diagnostics = findings
        .filter(({ rule, node }) => rule === name && groupOf(node) === group)
        .map(({ diagnostic }) => diagnostic);
      const verdict = judgedBy(diagnostics);
      return { group: path, name: `${name} ${group}`, verdict, diagnostics, place: { path } };
    }),
  );
}

/** Of each list of layers each rule in each group of blocks. */
export function auditCases(audited: readonly AuditedList[]): readonly JudgedCase[] {
  return audited.flatMap(listCases);
}
