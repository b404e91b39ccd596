import { precisionRow } from '../../../codegen/precisions.ts';
import { float8Form } from '../../../codegen/quantization/int8-form.ts';
import type { AuditNode, GraphIndex } from '../audit-graph.ts';
import { type BlockVerdict, endsInOneKernel } from '../block-verdicts.ts';
import {
  type AuditContext,
  type AuditFinding,
  createFinding,
  type FindingPlace,
  precisionTypes,
} from '../context.ts';
import { isComputeLayer } from '../layer.ts';
import type { ResidualBlock } from '../residual-blocks.ts';
import { isAskedType } from '../tensor-format.ts';

/** The likely reason, and the node that is to blame. */
function breachOf(block: ResidualBlock | undefined): { text?: string; node?: string } {
  const [breach] = block?.breaches ?? [];
  if (breach) {
    const { node, place } = breach;
    return { text: `${node.op} '${node.name}' stands between ${place}`, node: node.name };
  }
  const [second] = block?.secondReaders ?? [];
  if (second) {
    return { text: `'${second.value}' is read by ${second.reader} too`, node: second.value };
  }
  return {};
}

function placeOf(verdict: BlockVerdict, node?: string): FindingPlace {
  return { node: node ?? verdict.add ?? verdict.conv, layer: verdict.layer };
}

/** Every residual block must end in one kernel. */
export function findUnfusedResiduals(context: AuditContext): readonly AuditFinding[] {
  return context.verdicts.flatMap((verdict) => {
    const { block, state, layer } = verdict;
    if (endsInOneKernel(verdict)) return [];
    if (state === 'unclear' || !layer) {
      return [createFinding(context, 'audit-residual-unclear', { block }, placeOf(verdict))];
    }
    const reason = breachOf(context.blocks.find(({ add }) => add === verdict.add));
    const part = isComputeLayer(layer) ? 'Relu' : 'residual Add';
    return [
      createFinding(
        context,
        'audit-residual-unfused',
        { block, part, layer: layer.name, ...(reason.text ? { reason: reason.text } : {}) },
        placeOf(verdict, reason.node),
      ),
    ];
  });
}

/** Whether the graph asks for int8 in this block: a block that is kept in float reads no dequantised tensor. */
function isQuantized(context: AuditContext, verdict: BlockVerdict): boolean {
  const { index, blocks } = context;
  const block = blocks.find(({ add }) => add === verdict.add);
  if (!index || !block) return true;
  return block.convs.some((name) => {
    const [input = ''] = index.nodes.get(name)?.inputs ?? [];
    return index.producer(input)?.op === 'DequantizeLinear';
  });
}

/** Who reads a value, behind the Relu where there is one. */
function readersOf(index: GraphIndex, value: string): readonly AuditNode[] {
  const users = index.users(value);
  const [first] = users;
  return first?.op === 'Relu' ? index.users(first.outputs[0] ?? '') : users;
}

const float8Ops: ReadonlySet<string> = new Set(['QuantizeLinear', ...float8Form.computing]);

/** Whether nobody who computes in float8 reads the block: no pool does. */
function isLeftInRest({ index, expectation }: AuditContext, { add }: BlockVerdict): boolean {
  const value = index?.nodes.get(add ?? '')?.outputs[0];
  if (expectation.precision !== 'fp8' || !index || value === undefined) return false;
  return readersOf(index, value).every(({ op }) => !float8Ops.has(op));
}

/** Blocks of a quantised engine must write what their readers compute in. */
export function findFloatResiduals(context: AuditContext): readonly AuditFinding[] {
  const { precision } = context.expectation;
  const { isCalibrated, title } = precisionRow(precision);
  if (!isCalibrated) return [];
  const asked = precisionTypes[precision];
  return context.verdicts.flatMap((verdict) => {
    const { block, writes } = verdict;
    if (writes === undefined || isAskedType(writes, asked)) return [];
    if (!isQuantized(context, verdict)) return [];
    if (isLeftInRest(context, verdict)) return [];
    return [
      createFinding(
        context,
        'audit-residual-float',
        { block, asked: title, type: writes },
        placeOf(verdict),
      ),
    ];
  });
}

export function findMissingBlocks(context: AuditContext): readonly AuditFinding[] {
  return context.verdicts.length === 0 ? [createFinding(context, 'audit-no-blocks', {})] : [];
}
