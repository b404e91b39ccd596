import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { version } from '../../src/version.ts';
import { bundledCli } from '../helpers/bundle.ts';

/*
 * What Neovim said to the server in a session, each message as it was sent (FOLDER is where its file lay), said again, and what the server answers.
 * `vitest run test/lsp/replay.test.ts --update=true` writes the answers anew; read the difference.
 */
interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params?: object;
}

const folder = mkdtempSync(join(tmpdir(), 'rcc-replay-'));
const cli = await bundledCli();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

const recorded = readFileSync('test/lsp/golden/neovim-session.json', 'utf8');
const session: readonly Message[] = JSON.parse(recorded.replaceAll('FOLDER', folder));

it('a session of Neovim is answered as it was', async () => {
  const server = spawn(process.execPath, [cli, 'lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.onRequest(() => null);
  connection.listen();
  const ended = once(server, 'exit');
  const answers: object[] = [];
  for (const { id, method, params } of session) {
    if (id === undefined) await connection.sendNotification(method, params);
    else answers.push({ method, answer: await connection.sendRequest(method, params) });
  }
  expect(await ended).toEqual([0, null]);
  expect(answers.length).toBeGreaterThan(10);
  const text = JSON.stringify(answers, null, 1)
    .replaceAll(folder, 'FOLDER')
    .replace(`"version": "${version}"`, '"version": "VERSION"');
  await expect(`${text}\n`).toMatchFileSnapshot('golden/neovim-answers.json');
});
