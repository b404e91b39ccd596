import { fail } from '../../../../src/diagnostics/diagnostic.ts';
import { printable } from '../../../../src/diagnostics/printable.ts';
import { sliceSource } from '../../../tensors/byte-range.ts';
import type { ByteSource } from '../../../tensors/byte-source.ts';
import { byteString } from '../byte-string.ts';
import { buildState } from './build.ts';
import { PickleCursor } from './cursor.ts';
import { foreignOf, globalNamed } from './globals.ts';
import { latin1String, latin1Text } from './latin1-text.ts';
import { opcodeName } from './refused-opcodes.ts';
import {
  describeValue,
  type PickleBytes,
  type PickleContext,
  type PickleDict,
  type PickleForeign,
  type PickleGlobal,
  type PickleStorage,
  type PickleText,
  type PickleTuple,
  type PickleValue,
  textOf,
  valueOfKind,
} from './values.ts';

/** How a container resolves a persistent id; absent where a file has no storages. */
export type PersistentLoad = (
  id: PickleTuple,
  context: PickleContext,
) => PickleStorage | PickleGlobal;

/** Marks that may be open at once. State dicts open five. */
const maxDepth = 128;

/** The items of a blank that is a dict by another name. */
function itemsOf(value: PickleValue): PickleDict | undefined {
  const foreign: PickleForeign | undefined = valueOfKind(value, 'foreign');
  if (!foreign) return undefined;
  foreign.items ??= { kind: 'dict', entries: new Map() };
  return foreign.items;
}

/** The state of one pickle while it is read. It builds plain values and calls nothing. */
export class PickleMachine implements PickleContext {
  readonly cursor: PickleCursor;
  readonly #source: ByteSource;
  readonly #persistentLoad: PersistentLoad | undefined;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  /** Position of the opcode being read. */
  opcodeOffset: number;

  constructor(source: ByteSource, start: number, persistentLoad: PersistentLoad | undefined) {
    this.cursor = new PickleCursor(source, start);
    this.opcodeOffset = start;
    this.#source = source;
    this.#persistentLoad = persistentLoad;
  }

  malformed(reason: string): never {
    const { name: file } = this.#source;
    return fail('weights-pickle-malformed', { file, reason, offset: this.opcodeOffset });
  }

  refuse(opcode: number): never {
    return fail('weights-pickle-opcode', {
      file: this.#source.name,
      opcode: opcodeName(opcode),
      offset: this.opcodeOffset,
    });
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.peek();
    this.#stack.pop();
    return value;
  }

  /** The topmost value above the last mark. */
  peek(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || this.#stack.length <= (this.#marks.at(-1) ?? 0)) {
      return this.malformed('an opcode without its operands');
    }
    return value;
  }

  mark(): void {
    if (this.#marks.length === maxDepth) {
      const { name: file } = this.#source;
      fail('weights-pickle-limit', { file, what: 'nested groups', limit: maxDepth });
    }
    this.#marks.push(this.#stack.length);
  }

  popToMark(): PickleValue[] {
    const start = this.#marks.pop();
    if (start === undefined) return this.malformed('the end of a group that was not begun');
    return this.#stack.splice(start);
  }

  remember(index: number): void {
    this.#memo.set(index, this.peek());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.malformed(`nothing remembered under ${index}`) : value);
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  popTuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop()).reverse();
    this.push({ kind: 'tuple', items });
  }

  pushGlobal(moduleValue: PickleValue, nameValue: PickleValue): void {
    const module = textOf(moduleValue);
    const name = textOf(nameValue);
    if (module === undefined || name === undefined) {
      this.malformed('a global whose name is no text');
    }
    const { name: file } = this.#source;
    const offset = this.opcodeOffset;
    // Arrays would follow between the opcodes.
    if (module.startsWith('joblib.')) fail('weights-other-format', { file, format: 'joblib' });
    this.push(
      globalNamed(module, name) ??
        fail('weights-pickle-global', { file, module, global: name, offset }),
    );
  }

  /** Stands for calling a global: gives what rcc makes of that name with the arguments. What a blank would return is a blank. */
  construct(callable: PickleValue, args: PickleValue): void {
    const known = valueOfKind(callable, 'global');
    const items = valueOfKind(args, 'tuple')?.items;
    const foreign = valueOfKind(callable, 'foreign');
    if (!items || !(foreign || known?.construct)) {
      this.malformed(`a call of ${known ? known.name.replace(' ', '.') : describeValue(callable)}`);
    }
    this.push(known?.construct?.(items, this) ?? foreignOf(foreign?.name ?? ''));
  }

  /** An object made without its constructor: only of a class that is kept as a blank. */
  constructBlank(opcode: number, type: PickleValue, items: readonly PickleValue[]): void {
    const known = valueOfKind(type, 'global');
    if (!known?.isForeign) this.refuse(opcode);
    this.construct(known, { kind: 'tuple', items });
  }

  /** NEWOBJ: a class and its arguments. */
  newObject(opcode: number): void {
    const args = valueOfKind(this.pop(), 'tuple');
    this.constructBlank(opcode, this.pop(), args?.items ?? this.malformed('an object of no tuple'));
  }

  /** OBJ: a group of a class and its arguments. */
  newObjectOfGroup(opcode: number): void {
    const [type = null, ...args] = this.popToMark();
    this.constructBlank(opcode, type, args);
  }

  /** Keeps nothing of a value but what it is. */
  pushForeign(name: string): void {
    this.push(foreignOf(name));
  }

  build(): void {
    const state = this.pop();
    buildState(this.peek(), state, this);
  }

  loadPersistent(opcode: number): void {
    const id = valueOfKind(this.pop(), 'tuple');
    const load = this.#persistentLoad ?? this.refuse(opcode);
    this.push(id ? load(id, this) : this.malformed('a storage without an id'));
  }

  setItems(items: readonly PickleValue[]): void {
    const target = this.peek();
    if (items.length % 2 !== 0) this.malformed('a key without a value');
    const dict = valueOfKind(target, 'dict') ?? itemsOf(target);
    if (!dict) this.malformed(`items set in ${describeValue(target)}`);
    for (let i = 0; i < items.length; i += 2) this.#setItem(dict, items[i], items[i + 1] ?? null);
  }

  #setItem(dict: PickleDict, key: PickleValue | undefined, value: PickleValue): void {
    if (valueOfKind(key, 'list') || valueOfKind(key, 'dict')) {
      this.malformed(`a key that is ${describeValue(key)}`);
    }
    const name = textOf(key) ?? valueOfKind(key, 'float')?.value ?? key;
    // Tuples, truth values and objects are keys beside the weights: no tensor has such a name.
    if (typeof name !== 'string' && typeof name !== 'number') return;
    if (dict.entries.has(name)) this.malformed(`the key '${printable(String(name))}' twice`);
    dict.entries.set(name, value);
  }

  appendItems(items: readonly PickleValue[]): void {
    const target = this.peek();
    if (valueOfKind(target, 'foreign')) return;
    const list = valueOfKind(target, 'list');
    if (!list) this.malformed(`items appended to ${describeValue(target)}`);
    for (const item of items) list.items.push(item);
  }

  /** A run of bytes after the opcode: only its place is kept. */
  pushBytes(length: number): void {
    this.#pushBytesAt(this.cursor.skip(length), length);
  }

  /** A string of Python 2 that is short enough for a name. */
  pushShortString(length: number): void {
    const { offset } = this.cursor;
    this.#pushBytesAt(offset, length, byteString(this.cursor.bytes(length)));
  }

  #pushBytesAt(offset: number, length: number, text?: string): void {
    const part = sliceSource(this.#source, offset, length);
    this.push({
      kind: 'bytes',
      least: length,
      most: length,
      ...(text === undefined ? {} : { text }),
      read: (sizeBytes) => part.read(0, sizeBytes),
      readPart: part.read,
    });
  }

  pushLongText(length: number): void {
    this.push({ kind: 'text', offset: this.cursor.skip(length), length });
  }

  bytesOfText(text: string | PickleText): PickleBytes {
    const { name: file } = this.#source;
    const offset = this.opcodeOffset;
    const malformed = (reason: string) =>
      fail('weights-pickle-malformed', { file, reason, offset });
    if (typeof text !== 'string') return latin1Text(this.#source, text, malformed);
    const bytes = latin1String(text) ?? this.malformed('a character beyond latin-1 among bytes');
    return {
      kind: 'bytes',
      least: bytes.length,
      most: bytes.length,
      read: async () => new Uint8Array(bytes),
    };
  }

  /** The value that the pickle was made of, at its end. */
  result(): PickleValue {
    if (this.#stack.length !== 1 || this.#marks.length > 0) {
      this.malformed('an end with values left over or none made');
    }
    return this.pop();
  }
}
