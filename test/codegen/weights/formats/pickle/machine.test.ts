import { describe, expect, test } from 'vitest';
import { openPdparams } from '../../../../../codegen/weights/formats/pdparams.ts';
import { PickleMachine } from '../../../../../codegen/weights/formats/pickle/machine.ts';
import { expectDiagnostic, memorySource } from '../../../../helpers/byte-sources.ts';
import { arrayParts, op, type Part, pickle } from '../../../../helpers/pickle-parts.ts';
import { float32Bytes } from '../../../../helpers/weight-files.ts';

const open = (...parts: readonly Part[]) => openPdparams(memorySource(pickle(4, ...parts)));
const endOfGroup: Part = [0x74];
const one = arrayParts({ shape: [1], data: op.bytes(float32Bytes([1])) });

describe('a pickle that contradicts itself says where and how', () => {
  test.each<[string, readonly Part[], number, string]>([
    [
      'items set behind an open group',
      [op.emptyDict, op.text('a'), op.mark, op.none, op.setItem, endOfGroup, op.tuple2],
      11,
      'an opcode without its operands',
    ],
    ['an empty stack', [op.tuple1], 2, 'an opcode without its operands'],
    ['nothing to remember', [op.put(0)], 2, 'an opcode without its operands'],
    [
      'nothing to remember in an open group',
      [op.emptyTuple, op.mark, op.put(0)],
      4,
      'an opcode without its operands',
    ],
    ['a group that was not begun', [op.emptyDict, op.setItems], 3, 'a group that was not begun'],
    ['nothing remembered', [op.get(3)], 2, 'nothing remembered under 3'],
    [
      'a key without a value',
      [op.emptyDict, op.mark, op.text('a'), op.setItems],
      10,
      'a key without a value',
    ],
    [
      'items for a tuple',
      [op.emptyTuple, op.mark, op.text('a'), op.none, op.setItems],
      11,
      'items set in a tuple',
    ],
    [
      'items appended to a dict',
      [op.emptyDict, op.mark, op.none, op.appends],
      5,
      'items appended to a dict',
    ],
    [
      'a key that is a list',
      [op.emptyDict, op.emptyList, op.none, op.setItem],
      5,
      'a key that is a list',
    ],
    [
      'a key twice',
      [op.emptyDict, op.text('a'), op.none, op.setItem, op.text('a'), op.none, op.setItem],
      18,
      "the key 'a' twice",
    ],
    [
      'an integer and the same number as a float for keys',
      [op.emptyDict, op.int(1), op.none, op.setItem, op.float(1), op.none, op.setItem],
      20,
      "the key '1' twice",
    ],
    ['no value', [], 2, 'an end with values left over or none made'],
    ['two values', [op.none, op.none], 4, 'an end with values left over or none made'],
    ['an open group', [op.emptyDict, op.mark], 4, 'an end with values left over or none made'],
    [
      'a global whose module is a number',
      [op.int(1), op.text('x'), op.stackGlobal],
      13,
      'a global whose name is no text',
    ],
    [
      'a global whose name is a number',
      [op.text('x'), op.int(1), op.stackGlobal],
      13,
      'a global whose name is no text',
    ],
    ['a call of a number', [op.int(1), op.emptyTuple, op.reduce], 8, 'a call of an integer'],
    [
      'a call of what is only named',
      [op.global('numpy', 'ndarray'), op.emptyTuple, op.reduce],
      18,
      'a call of numpy.ndarray',
    ],
    [
      'a call without a tuple',
      [op.global('numpy', 'dtype'), op.emptyList, op.reduce],
      16,
      'a call of numpy.dtype',
    ],
  ])('%s', async (_, parts, offset, reason) => {
    const { message } = await expectDiagnostic(() => open(...parts), 'weights-pickle-malformed');
    expect(message).toContain(reason);
    expect(message).toMatch(new RegExp(`\\b${offset}\\b`));
    expect(message).toContain('memory.bin');
  });
});

describe('a pickle that is right', () => {
  test('as many open groups as are allowed, and one more', async () => {
    const groups = (count: number): Part => [
      Array.from({ length: count }, () => op.mark),
      Array.from({ length: count }, () => endOfGroup),
    ];
    const nested = (count: number) => () =>
      open(op.dict([op.text('a'), one], [op.text('b'), groups(count)]));
    // The dict's own group is open too.
    expect([...(await nested(127)()).tensors.keys()]).toEqual(['a']);
    const { message } = await expectDiagnostic(nested(128), 'weights-pickle-limit');
    expect(message).toContain('128');
    expect(message).toContain('nested groups');
  });

  test('tuples keep the order of their items', async () => {
    const machine = new PickleMachine(memorySource(new Uint8Array(1)), 0, undefined);
    for (const value of [1, 2, 3]) machine.push(value);
    machine.popTuple(2);
    machine.popTuple(2);
    expect(machine.result()).toEqual({
      kind: 'tuple',
      items: [1, { kind: 'tuple', items: [2, 3] }],
    });
  });

  test('what is remembered next counts on', async () => {
    const machine = new PickleMachine(memorySource(new Uint8Array(1)), 0, undefined);
    for (const value of ['a', 'b', 'c']) {
      machine.push(value);
      machine.rememberNext();
    }
    machine.pop();
    machine.pop();
    machine.pop();
    machine.recall(1);
    expect(machine.result()).toBe('b');
  });
});
