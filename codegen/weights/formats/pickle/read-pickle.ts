import { fail } from '../../../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from '../../../tensors/byte-source.ts';
import { type PersistentLoad, PickleMachine } from './machine.ts';
import { execute, opcodeOf } from './opcodes.ts';
import type { PickleValue } from './values.ts';

export interface PickleResult {
  readonly value: PickleValue;
  /** Position after the pickle's last byte. */
  readonly end: number;
}

/** ResNet-200 has 40,000, a checkpoint with an optimizer's state three times as many. */
const maxOpcodes = 400_000;

const protocols: readonly number[] = [2, 3, 4, 5];

function checkProtocol(machine: PickleMachine, file: string): void {
  if (machine.cursor.u8() !== opcodeOf.PROTO)
    fail('weights-pickle-protocol', { file, protocol: 0 });
  const protocol = machine.cursor.u8();
  if (!protocols.includes(protocol)) fail('weights-pickle-protocol', { file, protocol });
}

/**
 * Reads one pickle of protocol 2 to 5, its data inside it, that starts at `start`. The globals of state dicts are known; what any other makes is a blank
 * (PickleForeign), unless it reaches outside. Nothing is called, long data is stepped over. DiagnosticError for globals that reach outside, and for
 * opcodes without a row (opcodes.ts).
 */
export async function readPickle(
  source: ByteSource,
  { start = 0, persistentLoad }: { start?: number; persistentLoad?: PersistentLoad } = {},
): Promise<PickleResult> {
  const machine = new PickleMachine(source, start, persistentLoad);
  const { cursor } = machine;
  await cursor.fill();
  checkProtocol(machine, source.name);
  for (let count = 0; count < maxOpcodes; count++) {
    if (!cursor.isFilled) await cursor.fill();
    machine.opcodeOffset = cursor.offset;
    const opcode = cursor.u8();
    if (opcode === opcodeOf.STOP) return { value: machine.result(), end: cursor.offset };
    execute(machine, opcode);
  }
  return fail('weights-pickle-limit', { file: source.name, what: 'opcodes', limit: maxOpcodes });
}
