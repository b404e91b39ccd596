import { bracedLines, columnOf, indent } from './format/layout.ts';
import {
  allProperties,
  type GroupName,
  groups,
  isGroupName,
  type PropertyName,
  type PropertyValues,
  properties,
} from './properties.ts';
import type { ValueType } from './values/value-type.ts';

/** A property that nothing tells: printed as a comment, ready to be uncommented. */
export interface AssumedProperty {
  readonly property: string;
  /** Its value as a .rn file would have it. */
  readonly assumed: string;
  readonly reason: string;
}

/** A model to be written. */
export interface SpecDraft {
  readonly name: string;
  readonly extends?: string | undefined;
  /** Lines of comment above the model. */
  readonly comment?: readonly string[] | undefined;
  /** Strings in it hold no line ends. */
  readonly properties: PropertyValues;
  /** Where the value of a property, or of a field, comes from; printed behind it. */
  readonly remarks?: ReadonlyMap<string, string> | undefined;
  readonly assumed?: readonly AssumedProperty[] | undefined;
  /** Lines of comment before the model ends. */
  readonly closing?: readonly string[] | undefined;
}

/** The model as a .rn file has it: properties in the order of the table, one a line, values in a column. */
export function printSpec(draft: SpecDraft): string {
  const told = propertyLines(draft.properties, draft.remarks ?? new Map());
  const assumed = new Map((draft.assumed ?? []).map((one) => [one.property, one]));
  const lines: readonly PrintedLine[] = [
    // What is assumed and does not hold anyway is written out.
    ...told.map((line) => {
      const reason = assumed.get(line.name)?.reason;
      return reason === undefined ? line : { ...line, remark: 'assumed', reason };
    }),
    ...[...assumed.values()]
      .filter(({ property }) => !told.some(({ name }) => name === property))
      .map(({ property, assumed: value, reason }) => ({ name: `# ${property}`, value, reason })),
  ];
  const column = columnOf(lines.map(({ name }) => name));
  const base = draft.extends === undefined ? '' : ` extends ${draft.extends}`;
  return [
    ...(draft.comment ?? []).map((line) => `# ${oneLine(line)}`.trimEnd()),
    `model ${draft.name}${base} {`,
    ...lines.flatMap((line) => indent(layOut(line, column))),
    ...indent((draft.closing ?? []).flatMap((line) => comment(line, ''))),
    '}',
    '',
  ].join('\n');
}

interface PrintedLine {
  readonly name: string;
  /** One value, or the fields of a group. */
  readonly value: string | readonly string[];
  /** Comment behind it. */
  readonly remark?: string | undefined;
  /** Comment below it. */
  readonly reason?: string | undefined;
}

/** The remarks on a property, or on the fields of a group, each once. */
function remarkOn(name: string, remarks: ReadonlyMap<string, string>): string | undefined {
  const prefix = `${name}.`;
  const found = [...remarks].filter(([on]) => on === name || on.startsWith(prefix));
  return [...new Set(found.map(([, remark]) => remark))].join(', ') || undefined;
}

function propertyLines(
  values: PropertyValues,
  remarks: ReadonlyMap<string, string>,
): readonly PrintedLine[] {
  const plain = allProperties.filter((name) => !name.includes('.'));
  const groupNames = Object.keys(groups).filter(isGroupName);
  return [
    ...plain.flatMap((name) => {
      const value = printValue(values, name);
      return value === undefined ? [] : [{ name, value, remark: remarkOn(name, remarks) }];
    }),
    ...groupNames.flatMap((name) => {
      const value = printFields(values, name);
      return value.length === 0 ? [] : [{ name, value, remark: remarkOn(name, remarks) }];
    }),
  ];
}

/** The fields of a group that have a value, each as it stands in the braces. */
export function printFields(values: PropertyValues, group: GroupName): readonly string[] {
  const prefix = `${group}.`;
  const fields = allProperties.filter((name) => name.startsWith(prefix));
  return fields.flatMap((name) => {
    const value = printValue(values, name);
    return value === undefined ? [] : [`${name.slice(prefix.length)} ${value}`];
  });
}

/** Canonical text of a property's value; undefined where it has none. */
export function printValue(values: PropertyValues, name: PropertyName): string | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  // The value has the type of the row that it stands under.
  return (properties[name].type as ValueType<typeof value>).print(value);
}

function layOut(line: PrintedLine, column: number): readonly string[] {
  const { name, value, remark, reason } = line;
  const head = name.padEnd(column);
  const behind = remark === undefined ? '' : `  # ${oneLine(remark)}`;
  const below = reason === undefined ? [] : comment(reason, '  ');
  if (typeof value === 'string') return [`${head}${value}${behind}`, ...below];
  return [...bracedLines(head, value, behind), ...below];
}

/** Longest line of comment, without its margin. */
const longestComment = 100;

/** A text as lines of comment, broken between words. */
function comment(text: string, margin: string): readonly string[] {
  const lines = [''];
  for (const word of oneLine(text).split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > longestComment - margin.length)
      lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `# ${margin}${line}`);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
