import { join } from 'node:path';
import {
  type Expression,
  isBinaryExpression,
  isBindingElement,
  isCallOrNewExpression,
  isComputedPropertyName,
  isElementAccessExpression,
  isSpreadElement,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { API, type Checker, TypeFlags } from 'typescript/unstable/sync';
import { afterAll, describe, expect, it } from 'vitest';

/*
 * Two habits that work until a value comes from outside, found with the type checker. A list that is spread into arguments lies on the stack, which some
 * hundred thousand items overflow: `greatest`, `least` and `append` of src/collections go through it one by one. A record that is asked for an outside
 * key answers `constructor` with what every object inherits: `ownValue` does not.
 */

const root = process.cwd();
const api = new API({ cwd: root });
afterAll(() => api.close());
const [project] = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] }).getProjects();
if (!project) throw new Error('tsconfig.json makes no project');
const { program, checker } = project;

const outsideTypes =
  TypeFlags.String |
  TypeFlags.TemplateLiteral |
  TypeFlags.StringMapping |
  TypeFlags.Index |
  TypeFlags.Any |
  TypeFlags.Unknown;

type Habit = (node: Node, types: Checker) => boolean;

function isOutsideKey(key: Expression, types: Checker): boolean {
  return ((types.getTypeAtLocation(key)?.flags ?? 0) & outsideTypes) !== 0;
}

/** A tuple has as many items as its type says. */
const spreadsList: Habit = (node, types) => {
  if (!isCallOrNewExpression(node)) return false;
  const given: readonly Node[] = node.arguments ?? [];
  return given.filter(isSpreadElement).some(({ expression }) => {
    const type = types.getTypeAtLocation(expression);
    return type !== undefined && !types.isTupleType(type);
  });
};

const asksInherited: Habit = (node, types) => {
  if (isElementAccessExpression(node)) return isOutsideKey(node.argumentExpression, types);
  if (isBinaryExpression(node))
    return (
      node.operatorToken.kind === SyntaxKind.InKeyword &&
      isOutsideKey(node.left as Expression, types)
    );
  const name = isBindingElement(node) ? node.propertyName : undefined;
  return name !== undefined && isComputedPropertyName(name) && isOutsideKey(name.expression, types);
};

/** `path:line` of each node that has the habit. */
function find(habit: Habit, paths: readonly string[]): readonly string[] {
  const places: string[] = [];
  for (const path of paths) {
    const file = program.getSourceFile(join(root, path));
    if (!file) throw new Error(`${path} is not in the project`);
    const visit = (node: Node): void => {
      if (habit(node, checker)) {
        const line = file.text.slice(0, node.getStart(file)).split('\n').length;
        places.push(`${path}:${line}`);
      }
      node.forEachChild(visit);
    };
    visit(file);
  }
  return places;
}

const folders = /^(?:src|codegen|engines|scripts|bench|examples)\//;
const sources = program
  .getSourceFileNames()
  .filter((name) => name.startsWith(`${root}/`))
  .map((name) => name.slice(root.length + 1))
  .filter((path) => folders.test(path));

describe('lists and keys from outside', () => {
  it('are looked for in every source', () => {
    expect(sources.length).toBeGreaterThan(400);
  });

  it('are found where they are used as they should not be', () => {
    const path = 'test/fixtures/outside-values.ts';
    const lines = (habit: Habit) => find(habit, [path]).map((place) => Number(place.split(':')[1]));
    expect(lines(spreadsList)).toEqual([8, 9, 10]);
    expect(lines(asksInherited)).toEqual([16, 17, 18, 19]);
  });

  it('are never spread into arguments', { timeout: 60_000 }, () => {
    expect(find(spreadsList, sources)).toEqual([]);
  });

  it('are never asked of a record with what it inherits', { timeout: 60_000 }, () => {
    // Asks first whether the key is the record's own.
    const own = 'src/collections/own-value.ts';
    const places = find(
      asksInherited,
      sources.filter((path) => path !== own),
    );
    expect(places).toEqual([]);
  });
});
