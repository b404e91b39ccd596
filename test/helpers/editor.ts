import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  type Diagnostic,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** A text with its cursor at `|`. */
export function cursorIn(marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.indexOf('|');
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

/** Edits done, as an editor does them. */
export function edited(text: string, edits: readonly TextEdit[] | null | undefined): string {
  return TextDocument.applyEdits(TextDocument.create('file:///x', 'rn', 0, text), [
    ...(edits ?? []),
  ]);
}

interface OpenDocument {
  readonly uri: string;
  version: number;
  text: string;
}

/** An editor that talks to a `rcc lsp` of its own. */
export class Editor {
  readonly connection: ProtocolConnection;
  readonly folder: string;
  readonly server: ChildProcess;
  /** How the server ended. */
  readonly ended: Promise<number | null>;
  /** Everything that was published, in its order. */
  readonly published: PublishDiagnosticsParams[] = [];
  /** What the server said of itself. */
  readonly log: string[] = [];
  readonly #documents = new Map<string, OpenDocument>();
  readonly #waiting = new Set<() => void>();

  /** `before`: the start of the command line, of a program that runs the server. */
  constructor(cli: string, folder: string, before: readonly string[] = []) {
    const [program = process.execPath, ...words] = [...before, process.execPath, cli, 'lsp'];
    const server = spawn(program, [...words, '--stdio'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    server.stderr.on('data', (chunk: Buffer) => this.log.push(String(chunk)));
    this.ended = once(server, 'exit').then(([code]) => code as number | null);
    this.server = server;
    this.folder = folder;
    this.connection = createProtocolConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      (told: PublishDiagnosticsParams) => {
        this.published.push(told);
        for (const wake of this.#waiting) wake();
      },
    );
    this.connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message);
    });
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.onRequest('workspace/inlayHint/refresh', () => null);
    this.connection.listen();
  }

  async start() {
    const told = await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(this.folder).href,
      capabilities: {
        workspace: {
          didChangeWatchedFiles: { dynamicRegistration: true },
          inlayHint: { refreshSupport: true },
        },
      },
    });
    await this.connection.sendNotification('initialized', {});
    return told as { readonly capabilities: Readonly<Record<string, unknown>> };
  }

  uriOf(name: string): string {
    return pathToFileURL(join(this.folder, name)).href;
  }

  #documentOf(name: string): OpenDocument {
    const document = this.#documents.get(name);
    if (!document) throw new Error(`${name} is not open`);
    return document;
  }

  async open(name: string, text: string): Promise<void> {
    const document = { uri: this.uriOf(name), version: 1, text };
    this.#documents.set(name, document);
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { ...document, languageId: 'rn' },
    });
  }

  async close(name: string): Promise<void> {
    const { uri } = this.#documentOf(name);
    this.#documents.delete(name);
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** Puts a text in the place of a range, as one change. */
  async change(name: string, start: number, end: number, text: string): Promise<void> {
    const document = this.#documentOf(name);
    const range = { start: this.at(name, start), end: this.at(name, end) };
    document.version += 1;
    document.text = document.text.slice(0, start) + text + document.text.slice(end);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: document.uri, version: document.version },
      contentChanges: [{ range, text }],
    });
  }

  /** Opens a text, or puts it in the place of what is open. */
  async show(name: string, text: string): Promise<void> {
    const document = this.#documents.get(name);
    await (document ? this.change(name, 0, document.text.length, text) : this.open(name, text));
  }

  at(name: string, offset: number): Position {
    const { uri, text } = this.#documentOf(name);
    return TextDocument.create(uri, 'rn', 0, text).positionAt(offset);
  }

  /** Asks about the place of the mark `|` in a text. */
  async ask<T>(method: string, name: string, marked: string, more: object = {}): Promise<T> {
    const { text, offset } = cursorIn(marked);
    await this.show(name, text);
    const position = this.at(name, offset);
    const textDocument = { uri: this.uriOf(name) };
    return await this.connection.sendRequest(method, { textDocument, position, ...more });
  }

  /** Asks about a whole text. */
  async askOf<T>(method: string, name: string, text: string, more: object = {}): Promise<T> {
    await this.show(name, text);
    return await this.connection.sendRequest(method, {
      textDocument: { uri: this.uriOf(name) },
      ...more,
    });
  }

  /** What is shown of the text as it is now, as soon as it is told. */
  async findings(name: string, since = this.published.length): Promise<readonly Diagnostic[]> {
    const { uri, version } = this.#documentOf(name);
    for (;;) {
      const told = this.published
        .slice(since)
        .findLast((one) => one.uri === uri && one.version === version);
      if (told) return told.diagnostics;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  async quit(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return await this.ended;
  }
}
