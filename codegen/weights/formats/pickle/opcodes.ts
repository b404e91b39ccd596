import { inlineTextBytes } from './cursor.ts';
import type { PickleMachine } from './machine.ts';

type Execute = (machine: PickleMachine, opcode: number) => void;

export const opcodeOf = { PROTO: 0x80, STOP: 0x2e } as const;

function pushText(machine: PickleMachine, length: number): void {
  if (length > inlineTextBytes) machine.pushLongText(length);
  else machine.push(machine.cursor.utf8(length) ?? machine.malformed('text that is no UTF-8'));
}

/** Python 2 strings are bytes: names are short, data is long. */
function pushString(machine: PickleMachine, length: number): void {
  if (length > inlineTextBytes) machine.pushBytes(length);
  else machine.pushShortString(length);
}

/** Two's complement, low byte first. */
function pushLong(machine: PickleMachine, length: number): void {
  const bytes = machine.cursor.bytes(length);
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(bytes.length * 8, value);
  machine.push(Number.isSafeInteger(Number(signed)) ? Number(signed) : signed);
}

/** A number of more than 255 bytes is none that a tensor has. */
function pushLongNumber(machine: PickleMachine): void {
  const length = machine.cursor.u32();
  if (length <= inlineTextBytes) pushLong(machine, length);
  else {
    machine.cursor.skip(length);
    machine.pushForeign('builtins int');
  }
}

function readLine(machine: PickleMachine): string {
  return machine.cursor.line() ?? machine.malformed('a name that does not end');
}

/** What each opcode does (CPython's pickletools has their descriptions); an opcode without a row is refused. */
const rows: readonly (readonly [opcode: number, Execute])[] = [
  // FRAME: its length is a hint that large data breaks anyway.
  [0x95, (m) => void m.cursor.u64()],
  // MARK
  [0x28, (m) => m.mark()],
  // NONE, NEWTRUE, NEWFALSE
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  // BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
  [0x4a, (m) => m.push(m.cursor.i32())],
  [0x4b, (m) => m.push(m.cursor.u8())],
  [0x4d, (m) => m.push(m.cursor.u16())],
  [0x8a, (m) => pushLong(m, m.cursor.u8())],
  [0x8b, pushLongNumber],
  [0x47, (m) => m.push({ kind: 'float', value: m.cursor.f64() })],
  // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  [0x8c, (m) => pushText(m, m.cursor.u8())],
  [0x58, (m) => pushText(m, m.cursor.u32())],
  [0x8d, (m) => pushText(m, m.cursor.u64())],
  // SHORT_BINBYTES, BINBYTES, BINBYTES8
  [0x43, (m) => m.pushBytes(m.cursor.u8())],
  [0x42, (m) => m.pushBytes(m.cursor.u32())],
  [0x8e, (m) => m.pushBytes(m.cursor.u64())],
  // BYTEARRAY8: data of an array that can be written to.
  [0x96, (m) => m.pushBytes(m.cursor.u64())],
  // SHORT_BINSTRING, BINSTRING
  [0x55, (m) => pushString(m, m.cursor.u8())],
  [0x54, (m) => pushString(m, m.cursor.u32())],
  // EMPTY_DICT, EMPTY_LIST, EMPTY_TUPLE
  [0x7d, (m) => m.push({ kind: 'dict', entries: new Map() })],
  [0x5d, (m) => m.push({ kind: 'list', items: [] })],
  [0x29, (m) => m.push({ kind: 'tuple', items: [] })],
  // TUPLE, TUPLE1, TUPLE2, TUPLE3
  [0x74, (m) => m.push({ kind: 'tuple', items: m.popToMark() })],
  [0x85, (m) => m.popTuple(1)],
  [0x86, (m) => m.popTuple(2)],
  [0x87, (m) => m.popTuple(3)],
  // APPEND, APPENDS, SETITEM, SETITEMS
  [0x61, (m) => m.appendItems([m.pop()])],
  [0x65, (m) => m.appendItems(m.popToMark())],
  [
    0x73,
    (m) => {
      const value = m.pop();
      m.setItems([m.pop(), value]);
    },
  ],
  [0x75, (m) => m.setItems(m.popToMark())],
  // EMPTY_SET, ADDITEMS, FROZENSET: no tensor is in one.
  [0x8f, (m) => m.pushForeign('builtins set')],
  [0x90, (m) => m.appendItems(m.popToMark())],
  [
    0x91,
    (m) => {
      m.popToMark();
      m.pushForeign('builtins frozenset');
    },
  ],
  // DICT, LIST
  [
    0x64,
    (m) => {
      const items = m.popToMark();
      m.push({ kind: 'dict', entries: new Map() });
      m.setItems(items);
    },
  ],
  [0x6c, (m) => m.push({ kind: 'list', items: m.popToMark() })],
  // POP, POP_MARK: what holds itself ends so.
  [0x30, (m) => void m.pop()],
  [0x31, (m) => void m.popToMark()],
  // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  [0x71, (m) => m.remember(m.cursor.u8())],
  [0x72, (m) => m.remember(m.cursor.u32())],
  [0x94, (m) => m.rememberNext()],
  [0x68, (m) => m.recall(m.cursor.u8())],
  [0x6a, (m) => m.recall(m.cursor.u32())],
  // GLOBAL, STACK_GLOBAL
  [
    0x63,
    (m) => {
      const module = readLine(m);
      m.pushGlobal(module, readLine(m));
    },
  ],
  [
    0x93,
    (m) => {
      const name = m.pop();
      m.pushGlobal(m.pop(), name);
    },
  ],
  // REDUCE, NEWOBJ, NEWOBJ_EX, OBJ, INST, BUILD, BINPERSID
  [
    0x52,
    (m) => {
      const args = m.pop();
      m.construct(m.pop(), args);
    },
  ],
  [0x81, (m, opcode) => m.newObject(opcode)],
  [
    0x92,
    (m, opcode) => {
      m.pop();
      m.newObject(opcode);
    },
  ],
  [0x6f, (m, opcode) => m.newObjectOfGroup(opcode)],
  [
    0x69,
    (m, opcode) => {
      const module = readLine(m);
      m.pushGlobal(module, readLine(m));
      const type = m.pop();
      m.constructBlank(opcode, type, m.popToMark());
    },
  ],
  [0x62, (m) => m.build()],
  [0x51, (m, opcode) => m.loadPersistent(opcode)],
];

const table: readonly (Execute | undefined)[] = Array.from(
  { length: 256 },
  (_, opcode) => rows.find(([number]) => number === opcode)?.[1],
);

export function execute(machine: PickleMachine, opcode: number): void {
  const run = table[opcode] ?? machine.refuse(opcode);
  run(machine, opcode);
}
