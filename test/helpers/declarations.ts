import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a name is declared. */
interface Place {
  readonly file: string;
  readonly name: string;
}

/** A declaration file as tsc writes it. */
interface DeclarationFile {
  /** Text of each declaration by name. */
  readonly declared: ReadonlyMap<string, string>;
  /** Where names come from that are taken from other files or passed on. */
  readonly named: ReadonlyMap<string, Place>;
  readonly exported: ReadonlySet<string>;
}

const link = /^(import|export) (?:type )?\{([^}]*)\} from '(\.[^']+)'/s;

const declaration =
  /^(export )?(?:declare )?(?:abstract )?(?:function\*?|interface|type|class|const|let) (\w+)/;

function parseLink(statement: string, folder: string) {
  const [, kind, names = '', from = ''] = link.exec(statement) ?? [];
  const file = join(folder, from.replace(/\.[jt]s$/, '.d.ts'));
  const places = names
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^type /, '')
        .split(' as '),
    )
    .flatMap(([name, alias = name]) => (name && alias ? [[alias, { file, name }] as const] : []));
  return { places, isExport: kind === 'export' };
}

function parse(file: string): DeclarationFile {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  // Statements begin in the first column, and nothing else does but their closing brackets.
  const statements = text.split(/^(?=[a-z])/m);
  const links = statements.map((statement) => parseLink(statement, dirname(file)));
  const declarations = statements.flatMap((statement) => {
    const [, isExported, name] = declaration.exec(statement) ?? [];
    return name === undefined ? [] : [{ name, statement, isExported: isExported !== undefined }];
  });
  const exports = links.filter(({ isExport }) => isExport).flatMap(({ places }) => places);
  // A function may be declared several times.
  const textOf = (name: string): string =>
    declarations.flatMap((one) => (one.name === name ? one.statement : [])).join('');
  return {
    declared: new Map(declarations.map(({ name }) => [name, textOf(name)])),
    named: new Map(links.flatMap(({ places }) => places)),
    exported: new Set([
      ...exports.map(([alias]) => alias),
      ...declarations.filter(({ isExported }) => isExported).map(({ name }) => name),
    ]),
  };
}

const keyOf = ({ file, name }: Place): string => `${file}: ${name}`;

/** The declarations of a package, each file read once. */
export function createDeclarations() {
  const files = new Map<string, DeclarationFile>();
  const read = (file: string): DeclarationFile => {
    const known = files.get(file) ?? parse(file);
    files.set(file, known);
    return known;
  };
  const resolve = ({ file, name }: Place): Place | undefined => {
    const { declared, named } = read(file);
    const from = named.get(name);
    if (declared.has(name)) return { file, name };
    return from && resolve(from);
  };
  const textOf = (place: Place): string => {
    const found = resolve(place);
    return (found && read(found.file).declared.get(found.name)) ?? '';
  };
  return { read, resolve, textOf };
}

/** Types that something exported names, and that no entry exports, as `FILE: NAME`. */
export function hiddenTypes(entries: readonly string[]): readonly string[] {
  const { read, resolve, textOf } = createDeclarations();
  const shown = entries.flatMap((file) =>
    [...read(file).exported].flatMap((name) => resolve({ file, name }) ?? []),
  );
  const known = new Set(shown.map(keyOf));
  const hidden = shown.flatMap((place) => {
    // A capital letter begins the name of a type, unless it is a property's.
    const names = textOf(place)
      .replaceAll(/'[^'\n]*'|"[^"\n]*"/g, '')
      .match(/(?<![.\w])[A-Z]\w*\b(?!\??:)/g);
    const used = [...new Set(names)].flatMap((name) => resolve({ file: place.file, name }) ?? []);
    return used.map(keyOf).filter((key) => !known.has(key));
  });
  return [...new Set(hidden)].sort();
}
