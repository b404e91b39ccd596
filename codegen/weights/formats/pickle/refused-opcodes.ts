/**
 * Opcodes that no state dict needs, by their names in CPython's pickletools, so that a message can name what was met.
 * Text opcodes are of protocols 0 and 1; the others make objects, reach outside of the file or copy without end.
 */
const refusedOpcodes: Readonly<Record<string, number>> = {
  INT: 0x49,
  LONG: 0x4c,
  FLOAT: 0x46,
  STRING: 0x53,
  UNICODE: 0x56,
  PUT: 0x70,
  GET: 0x67,
  PERSID: 0x50,
  DUP: 0x32,
  NEWOBJ: 0x81,
  EXT1: 0x82,
  EXT2: 0x83,
  EXT4: 0x84,
  NEWOBJ_EX: 0x92,
  NEXT_BUFFER: 0x97,
  READONLY_BUFFER: 0x98,
  BINPERSID: 0x51,
};

/** Name of an opcode that is refused, or its number. */
export function opcodeName(opcode: number): string {
  const known = Object.entries(refusedOpcodes).find(([, number]) => number === opcode);
  return known?.[0] ?? `0x${opcode.toString(16).padStart(2, '0')}`;
}
