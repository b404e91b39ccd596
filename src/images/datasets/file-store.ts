/** A file in a folder or an archive. */
export interface StoredFile {
  /** Inside the folder or archive, with `/` between its parts: a key, never joined to a path that is written. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Files by path, wherever they lie. */
export interface FileStore {
  readonly files: readonly StoredFile[];
  /** Throws DiagnosticError about the one file. */
  read(file: StoredFile): Promise<Uint8Array>;
  close(): Promise<void>;
}
