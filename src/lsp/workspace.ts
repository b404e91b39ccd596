import { basename, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { fileSpecHost } from '../compile/spec-files.ts';
import type { SpecHost } from '../language/load.ts';
import { type Analysis, analyse } from './analysis.ts';
import { NetworkCounter } from './network-facts.ts';

/** Where a document lies, or would: one that was never saved lies in the folder of the server. */
export function pathOf(uri: string): string {
  try {
    return normalize(fileURLToPath(uri));
  } catch {
    return join(process.cwd(), basename(uri));
  }
}

/** The documents that are open, over the files of the disk, and what is known of them until one changes. */
export class Workspace {
  readonly #open = new Map<string, TextDocument>();
  readonly #analyses = new Map<string, Promise<Analysis | undefined>>();
  readonly networks = new NetworkCounter();
  #bundled: Promise<ReadonlyMap<string, string>> | undefined;
  #version = 0;

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  get documents(): readonly TextDocument[] {
    return [...this.#open.values()];
  }

  /** Texts as they are on the screen, then as they are on the disk. */
  readonly host: SpecHost = {
    readText: async (path) => {
      const text = this.#open.get(normalize(path))?.getText();
      // A byte-order mark is white space; offsets stay those of the editor.
      return text?.replace(/^\uFEFF/, ' ') ?? (await fileSpecHost.readText(path));
    },
    bundled: () => this.bundled(),
  };

  /** The specs that come with rcc, by name; they do not change. */
  bundled(): Promise<ReadonlyMap<string, string>> {
    this.#bundled ??= fileSpecHost.bundled?.() ?? Promise.resolve(new Map());
    return this.#bundled;
  }

  put(document: TextDocument): void {
    this.#open.set(pathOf(document.uri), document);
    this.changed();
  }

  remove(document: TextDocument): void {
    this.#open.delete(pathOf(document.uri));
    this.changed();
  }

  /** Forgets what was known: any file may use any other. */
  changed(): void {
    this.#version += 1;
    this.#analyses.clear();
  }

  documentAt(path: string): TextDocument | undefined {
    return this.#open.get(normalize(path));
  }

  /** As the editor calls it, where it is open. */
  uriOf(path: string): string {
    return this.documentAt(path)?.uri ?? pathToFileURL(path).href;
  }

  analysisOf(path: string): Promise<Analysis | undefined> {
    const key = normalize(path);
    const known = this.#analyses.get(key);
    if (known) return known;
    const made = analyse(key, this.host);
    this.#analyses.set(key, made);
    return made;
  }
}
