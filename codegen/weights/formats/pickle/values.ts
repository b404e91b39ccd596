/** A run of bytes in the file: its place is known, its content is fetched when wanted. */
export interface PickleBytes {
  readonly kind: 'bytes';
  /** Bounds of its length in bytes; they differ where the bytes are written as text. */
  readonly least: number;
  readonly most: number;
  /** A short string of Python 2, which is bytes and may be a name: one character a byte. */
  readonly text?: string;
  /** All of it; `sizeBytes` is the length that the reader expects. DiagnosticError where it is another. */
  read(sizeBytes: number): Promise<Uint8Array>;
  /** A part of it. Absent where it has to be decoded from its start on. */
  readPart?(offset: number, sizeBytes: number, into?: Uint8Array): Promise<Uint8Array>;
}

/** A text too long to be a name: the bytes of a tensor at protocol 2, as latin-1 code points in UTF-8. */
export interface PickleText {
  readonly kind: 'text';
  readonly offset: number;
  readonly length: number;
}

/** A number written as a float, whole or not: no size and no count. */
export interface PickleFloat {
  readonly kind: 'float';
  readonly value: number;
}

export interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<string | number, PickleValue>;
}

/** A name of Python; `construct` stands for calling it and calls nothing. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
  readonly construct?: PickleConstructor;
  /** Not on the list: what it makes is a blank. */
  readonly isForeign?: true;
  /** Element type that it names: a torch storage class or dtype. */
  readonly elementType?: string;
}

/**
 * An object that rcc has no use for: a blank that is never built. What the file would give it is kept as it is written, so that tensors inside a pickled
 * module are found.
 */
export interface PickleForeign {
  readonly kind: 'foreign';
  /** `module.name` of what would make it. */
  readonly name: string;
  /** Of a tensor in a form that rcc does not read: sparse, quantised, without storage. */
  readonly shape?: readonly number[];
  /** What it would be filled with. */
  state?: PickleValue;
  /** Items that are set in it: of a dict by another name. */
  items?: PickleDict;
}

/** numpy.dtype: kind and size (`f4`), byte order from its state. */
export interface PickleDType {
  readonly kind: 'dtype';
  code: string;
  byteOrder: string;
}

/** Whether the elements are numbers, and not objects, records, text, bytes, dates or durations. */
export function holdsNumbers({ code }: PickleDType): boolean {
  return !/^[OVUSMm]/.test(code);
}

/** numpy.ndarray: made blank, filled by its state. */
export interface PickleArray {
  readonly kind: 'array';
  /** Set where its elements are no numbers: text, dates, objects, records. */
  elements?: string;
  state?: {
    readonly shape: readonly number[];
    readonly code: string;
    readonly byteOrder: string;
    readonly isColumnMajor: boolean;
    readonly data: PickleBytes;
  };
}

/** A torch storage, by its key in the file. */
export interface PickleStorage {
  readonly kind: 'storage';
  readonly key: string;
  readonly elementType: string;
  /** In elements; in bytes for an untyped storage. */
  readonly size: number;
  /** A part of the storage (legacy files): first element and number of elements. */
  readonly view?: { readonly offset: number; readonly size: number };
  /** A file of torch that holds the storage; nothing else is known before it is read. */
  readonly nested?: PickleBytes;
}

/** A torch tensor: a view of a storage; offset and strides count elements. */
export interface PickleTensor {
  readonly kind: 'tensor';
  readonly storage: PickleStorage;
  readonly elementType: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export type PickleObject =
  | PickleBytes
  | PickleText
  | PickleFloat
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleForeign
  | PickleDType
  | PickleArray
  | PickleStorage
  | PickleTensor;

/** Numbers are integers; those beyond 2^53 are bigints. */
export type PickleValue = null | boolean | number | bigint | string | PickleObject;

/** What a constructor may ask of the pickle that it stands in. */
export interface PickleContext {
  /** Throws DiagnosticError `weights-pickle-malformed` at the opcode being read. */
  malformed(reason: string): never;
  /** The bytes that a text stands for, one a code point. */
  bytesOfText(text: string | PickleText): PickleBytes;
}

export type PickleConstructor = (
  args: readonly PickleValue[],
  context: PickleContext,
) => PickleValue;

/** The value where it is of this kind. */
export function valueOfKind<K extends PickleObject['kind']>(
  value: PickleValue | undefined,
  kind: K,
): Extract<PickleObject, { kind: K }> | undefined {
  if (typeof value !== 'object' || value === null || value.kind !== kind) return undefined;
  return value as Extract<PickleObject, { kind: K }>;
}

/** The text of a name: a string, in files of Python 2 a short run of bytes. */
export function textOf(value: PickleValue | undefined): string | undefined {
  return typeof value === 'string' ? value : valueOfKind(value, 'bytes')?.text;
}

/** What a value is, in a user's words. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'object') {
    return value.kind === 'foreign' ? `an object of ${value.name}` : `a ${value.kind}`;
  }
  return Number.isInteger(value)
    ? 'an integer'
    : typeof value === 'bigint'
      ? 'a huge integer'
      : `a ${typeof value}`;
}
