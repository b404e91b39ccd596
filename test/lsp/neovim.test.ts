import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledCli } from '../helpers/bundle.ts';

/* A real editor without its screen, set up as docs/editor.md says. */
const hasNeovim = spawnSync('nvim', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'rcc-nvim-'));
let cli = '';
beforeAll(async () => {
  if (!hasNeovim) return;
  cli = await bundledCli();
  symlinkSync(cli, join(folder, 'rcc'));
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  if (cli) rmSync(dirname(cli), { recursive: true, force: true });
});

const [, documented = ''] = /```lua\n(.*?)```/s.exec(readFileSync('docs/editor.md', 'utf8')) ?? [];

/** Releases before 0.8 have what `vim.lsp.start` is made of, and have to be asked for types of files that Lua tells. */
const older = `vim.lsp.start = vim.lsp.start or function(config)
  vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
end
vim.g.do_filetype_lua = 1
vim.cmd('filetype on')
`;

/** What is asked once the file is open, and told as JSON. */
const questions = `
local told = {}
local function ask(method, line, character, more)
  local parameters = vim.tbl_extend('force', {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = line, character = character },
  }, more or {})
  local answers = vim.lsp.buf_request_sync(0, method, parameters, 20000)
  for _, answer in pairs(answers or {}) do return answer.result end
end
vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end)
for _, one in ipairs(vim.diagnostic.get(0)) do table.insert(told, one.code) end
local hover = ask('textDocument/hover', 1, 4).contents.value
local actions = ask('textDocument/codeAction', 0, 0, {
  range = { start = { line = 2, character = 3 }, ['end'] = { line = 2, character = 3 } },
  context = { diagnostics = {} },
})
vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
local rename = ask('textDocument/rename', 0, 6, { newName = 'mine' })
vim.lsp.util.apply_workspace_edit(rename, 'utf-16')
local form = ask('textDocument/formatting', 0, 0, { options = { tabSize = 2, insertSpaces = true } })
vim.lsp.util.apply_text_edits(form, 0, 'utf-16')
vim.wait(20000, function() return #vim.diagnostic.get(0) == 0 end)
local text = vim.api.nvim_buf_get_lines(0, 0, -1, false)
vim.fn.writefile({ vim.json.encode({
  codes = told, hover = hover, text = text, left = #vim.diagnostic.get(0),
}) }, 'told.json')
vim.cmd('qa!')
`;

describe.skipIf(!hasNeovim)('Neovim, set up as docs/editor.md says', () => {
  it('shows mistakes and hovers, mends, renames and formats', () => {
    writeFileSync(join(folder, 'a.rn'), 'model a {\n  depth 50\n  varant vd\n}\n');
    writeFileSync(join(folder, 'init.lua'), `${older}${documented}`);
    writeFileSync(join(folder, 'questions.lua'), questions);
    const setup = ['-u', join(folder, 'init.lua'), '-i', 'NONE', '-n'];
    const { status, stderr } = spawnSync(
      'nvim',
      ['--headless', ...setup, 'a.rn', '-c', 'luafile questions.lua'],
      {
        cwd: folder,
        encoding: 'utf8',
        timeout: 100_000,
        env: {
          ...process.env,
          HOME: folder,
          XDG_STATE_HOME: folder,
          PATH: `${folder}${delimiter}${process.env.PATH}`,
        },
      },
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const told = JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'));
    expect(told.codes).toEqual(['unknown-property']);
    expect(told.hover).toContain('Depth of the network');
    expect(told.text).toEqual(['model mine {', '  depth    50', '  variant  vd', '}']);
    expect(told.left).toBe(0);
  }, 120_000);
});
