import { type CompletionItem, CompletionItemKind, MarkupKind } from 'vscode-languageserver';
import type { Span } from '../../diagnostics/source.ts';
import type { PropertyNode } from '../../language/ast.ts';
import { syntaxOf } from '../../language/explain.ts';
import type { LoadedFile } from '../../language/loaded-file.ts';
import {
  groups,
  isGroupName,
  isProperty,
  properties,
  qualifiedName,
  wordsIn,
} from '../../language/properties.ts';
import { rangeOf } from '../positions.ts';
import { pageOf } from '../property-page.ts';
import { typeOf, wordsAfter } from '../words-after.ts';
import type { Workspace } from '../workspace.ts';
import { type Writing, writingAt } from '../writing.ts';
import { completeBases } from './complete-bases.ts';
import { completePaths } from './complete-paths.ts';

type BlockWriting = Extract<Writing, { at: 'block' }>;

const markdown = (value: string | undefined) =>
  value === undefined ? {} : { documentation: { kind: MarkupKind.Markdown, value } };

const keyword = (label: string): CompletionItem => ({ label, kind: CompletionItemKind.Keyword });

/** What the braces around an offset hold already. */
function siblingsOf({ tree }: LoadedFile, { group, start }: BlockWriting): readonly PropertyNode[] {
  const isBefore = ({ span }: { readonly span: Span }) => span.start <= start;
  const model = tree.models.findLast(isBefore);
  if (group === undefined) return model?.properties ?? [];
  const own = model?.properties.findLast((one) => one.name === group && isBefore(one));
  return own?.values.flatMap((value) => (value.kind === 'group' ? value.properties : [])) ?? [];
}

function propertyItem(name: string, word: string, index: number): CompletionItem {
  return {
    label: word,
    kind: isGroupName(name) ? CompletionItemKind.Struct : CompletionItemKind.Property,
    ...(isProperty(name) ? { detail: syntaxOf(name) } : {}),
    // In the order of the table, behind what goes on with the property before.
    sortText: `~${String(index).padStart(3, '0')}`,
    ...markdown(pageOf(name)),
  };
}

/** The properties that are not there yet. */
function completeProperties(file: LoadedFile, writing: BlockWriting): readonly CompletionItem[] {
  const { group, start } = writing;
  const given = new Set(
    siblingsOf(file, writing)
      .filter(({ nameSpan }) => nameSpan.start !== start)
      .map(({ name }) => name),
  );
  return wordsIn(group).flatMap((word, index) =>
    given.has(word) ? [] : [propertyItem(qualifiedName(group, word), word, index)],
  );
}

/** How the value is written in the example of its row. */
function exampleItem(word: string, example: string): CompletionItem {
  const label = example.slice(word.length).trimStart();
  return { label, kind: CompletionItemKind.Value, detail: 'for example', sortText: '~' };
}

function completeWords(name: string, { before, isList }: BlockWriting): readonly CompletionItem[] {
  const [word = '', ...written] = before;
  if (isGroupName(name))
    return written.length === 0 ? [exampleItem(word, groups[name].example)] : [];
  if (!isProperty(name)) return [];
  const words = isList ? typeOf(name).words : wordsAfter(name, written);
  const items = words.map((label, index) => ({
    label,
    kind: CompletionItemKind.EnumMember,
    sortText: String(index).padStart(3, '0'),
  }));
  const isOpen = written.length === 0 && !typeOf(name).files;
  const isSaid = items.some(({ label }) => properties[name].example === `${word} ${label}`);
  return isOpen && !isSaid ? [...items, exampleItem(word, properties[name].example)] : items;
}

/** Files, where a string of the property names one. */
async function completeFiles(
  file: LoadedFile,
  name: string,
  { before, typed, isString }: BlockWriting,
): Promise<readonly CompletionItem[]> {
  const { files: endings, words = [], followers = [] } = isProperty(name) ? typeOf(name) : {};
  const last = before.at(-1) ?? '';
  const isFirst = before.length === 1 || (before.length === 2 && words.includes(last));
  if (!endings || !isFirst || followers.includes(last)) return [];
  return await completePaths({ file: file.path, typed, isString, endings });
}

/** Whether something must follow: the value itself, or that of a word in it. */
function lacksValue(name: string, before: readonly string[]): boolean {
  const { prefix, followers = [] } = isProperty(name) ? typeOf(name) : {};
  const last = before.at(-1) ?? '';
  return before.length === 1 || (before.length > 1 && [prefix, ...followers].includes(last));
}

async function completeBlock(
  file: LoadedFile,
  writing: BlockWriting,
): Promise<readonly CompletionItem[]> {
  const { group, before, isList, isString } = writing;
  const [word] = before;
  const name = word === undefined ? '' : qualifiedName(group, word);
  const files = await completeFiles(file, name, writing);
  if (isString) return files;
  const words = completeWords(name, writing);
  const isWhole = !isList && !lacksValue(name, before);
  return [...words, ...files, ...(isWhole ? completeProperties(file, writing) : [])];
}

async function itemsAt(
  file: LoadedFile,
  writing: Writing,
  workspace: Workspace,
): Promise<readonly CompletionItem[]> {
  switch (writing.at) {
    case 'top':
      return writing.isString ? [] : ['model', 'use'].map(keyword);
    case 'header':
      return writing.isString ? [] : [keyword('extends')];
    case 'base':
      return await completeBases(file, writing.start, workspace);
    case 'use': {
      const { typed, isString } = writing;
      const request = { file: file.path, typed, isString, endings: ['.rn'], isStrict: true };
      return await completePaths(request);
    }
    case 'block':
      return await completeBlock(file, writing);
    default:
      return [];
  }
}

/** What may be written at an offset: keywords, bases, properties, their values and files. */
export async function completionAt(
  file: LoadedFile,
  offset: number,
  workspace: Workspace,
): Promise<readonly CompletionItem[]> {
  const source = file.tree.file;
  const writing = writingAt(source.text, offset);
  if (!writing) return [];
  const range = rangeOf({ file: source, start: writing.start, end: writing.end });
  const items = await itemsAt(file, writing, workspace);
  return items.map(({ insertText, ...item }) => ({
    ...item,
    textEdit: { range, newText: insertText ?? item.label },
  }));
}
