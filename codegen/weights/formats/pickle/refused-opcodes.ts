/**
 * Opcodes that are refused, by their names in CPython's pickletools, so that a message can name what was met. Text opcodes are of protocols 0 and 1;
 * EXT, PERSID and the buffers stand for what is not in the file, and DUP copies without end. Those that make objects are refused only where no blank
 * comes of them (NEWOBJ, NEWOBJ_EX, OBJ, INST), BINPERSID only in a file without storages.
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
  OBJ: 0x6f,
  INST: 0x69,
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
