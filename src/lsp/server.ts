import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { version } from '../version.ts';
import type { Analysis } from './analysis.ts';
import { codeActionsIn } from './features/code-actions.ts';
import { completionAt } from './features/completion.ts';
import { definitionAt } from './features/definition.ts';
import { diagnosticsOf } from './features/diagnostics.ts';
import { formatEdits } from './features/formatting.ts';
import { hoverAt } from './features/hover.ts';
import { inlayHints } from './features/inlay-hints.ts';
import { renameAt, renameRange } from './features/rename.ts';
import { pathOf, Workspace } from './workspace.ts';

/** So long nobody types before what is open is looked at. */
const quietMs = 150;

/** A request that cannot be done, by the protocol (RequestFailed). */
const requestFailed = -32803;

const initializeResult: InitializeResult = {
  serverInfo: { name: 'rcc', version },
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: ['"', '/', ' ', '['] },
    hoverProvider: true,
    definitionProvider: true,
    renameProvider: { prepareProvider: true },
    documentFormattingProvider: true,
    codeActionProvider: { codeActionKinds: ['quickfix'] },
    inlayHintProvider: true,
  },
};

/** What is read of a document's place in a request. */
interface At {
  readonly textDocument: { readonly uri: string };
}

/** Publishes what is wrong with each open document, once nobody types. */
class Publisher {
  readonly #connection: Connection;
  readonly #workspace: Workspace;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  refreshesHints = false;

  constructor(connection: Connection, workspace: Workspace) {
    this.#connection = connection;
    this.#workspace = workspace;
  }

  /** Any document may use any other: all of them are looked at. */
  schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#publish().catch((error: unknown) => this.#complain(error));
    }, quietMs);
  }

  /** From here on nobody is told anything. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#workspace.changed();
  }

  /** Marks of a document that is shown no more are taken away. */
  clear({ uri }: TextDocument): void {
    this.#connection
      .sendDiagnostics({ uri, diagnostics: [] })
      .catch((error: unknown) => this.#complain(error));
  }

  #complain(error: unknown): void {
    if (!this.#isStopped) this.#connection.console.error(String(error));
  }

  async #publish(): Promise<void> {
    const { version: asked } = this.#workspace;
    for (const document of this.#workspace.documents) {
      const analysis = await this.#workspace.analysisOf(pathOf(document.uri));
      const diagnostics = analysis ? await diagnosticsOf(analysis, this.#workspace) : [];
      // Somebody typed meanwhile: what was found is of yesterday, and a new look is on its way.
      if (this.#workspace.version !== asked) return;
      const { uri } = document;
      await this.#connection.sendDiagnostics({
        uri,
        version: document.version,
        diagnostics: [...diagnostics],
      });
    }
    if (this.refreshesHints) await this.#connection.languages.inlayHint.refresh();
  }
}

/** A mistake of the user as the answer to a request; anything else is a bug. */
async function answered<T>(work: Promise<T>): Promise<T | ResponseError<void>> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const text = error.diagnostics.map(({ message, hint }) => [message, hint].join(' ').trimEnd());
    return new ResponseError(requestFailed, text.join('\n'));
  }
}

function listenToRequests(connection: Connection, workspace: Workspace): void {
  /** Answers about the document of a request; nothing about one that is not open. */
  const answer = async <T>(
    { textDocument: { uri } }: At,
    make: (analysis: Analysis, document: TextDocument) => T | Promise<T>,
  ): Promise<T | null> => {
    const document = workspace.documentAt(pathOf(uri));
    const analysis = document && (await workspace.analysisOf(pathOf(uri)));
    return analysis ? await make(analysis, document) : null;
  };
  connection.onHover((request) =>
    answer(request, (analysis, document) =>
      hoverAt(analysis, document.offsetAt(request.position), workspace),
    ),
  );
  connection.onCompletion((request) =>
    answer(request, async ({ file }, document) => [
      ...(await completionAt(file, document.offsetAt(request.position), workspace)),
    ]),
  );
  connection.onDefinition((request) =>
    answer(request, ({ file }, document) =>
      definitionAt(file, document.offsetAt(request.position), workspace),
    ),
  );
  connection.onPrepareRename((request) =>
    answer(request, ({ file }, document) => renameRange(file, document.offsetAt(request.position))),
  );
  connection.onRenameRequest((request) => {
    const { position, newName } = request;
    const work = answer(request, ({ file }, document) =>
      renameAt(file, { offset: document.offsetAt(position), newName }, workspace),
    );
    return answered(work);
  });
  connection.onDocumentFormatting((request) =>
    answer(request, ({ file }) => [...formatEdits(file.tree.file)]),
  );
  connection.onCodeAction((request) =>
    answer(request, async (analysis) => [
      ...(await codeActionsIn(analysis, request.range, workspace)),
    ]),
  );
  connection.languages.inlayHint.on((request) => {
    const lines = { first: request.range.start.line, last: request.range.end.line };
    return answer(request, (analysis) => [...inlayHints(analysis, lines, workspace)]);
  });
}

function listenToDocuments(
  connection: Connection,
  workspace: Workspace,
  publisher: Publisher,
): void {
  const documents = new TextDocuments(TextDocument);
  documents.onDidChangeContent(({ document }) => {
    workspace.put(document);
    publisher.schedule();
  });
  documents.onDidClose(({ document }) => {
    workspace.remove(document);
    publisher.schedule();
    publisher.clear(document);
  });
  connection.onDidChangeWatchedFiles(() => {
    workspace.changed();
    publisher.schedule();
  });
  documents.listen(connection);
}

/** Asks the editor to tell of files that change on the disk, where it can. */
async function watchSpecs(
  connection: Connection,
  { capabilities }: InitializeParams,
): Promise<void> {
  if (!capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration) return;
  const watchers = [{ globPattern: '**/*.rn' }];
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
}

/** The language server of .rn files on a connection; gives what stops it. */
export function listen(connection: Connection): () => void {
  const workspace = new Workspace();
  const publisher = new Publisher(connection, workspace);
  let parameters: InitializeParams | undefined;
  connection.onInitialize((request) => {
    parameters = request;
    publisher.refreshesHints = request.capabilities.workspace?.inlayHint?.refreshSupport === true;
    return initializeResult;
  });
  connection.onInitialized(async () => {
    if (parameters) await watchSpecs(connection, parameters);
  });
  listenToDocuments(connection, workspace, publisher);
  listenToRequests(connection, workspace);
  connection.listen();
  return () => publisher.stop();
}
