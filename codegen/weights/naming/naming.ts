import type { NetworkLayout } from '../network-layout.ts';
import type { ParameterRole, ParameterSlot } from '../parameter-slot.ts';
import type { LayerRule, NameScheme, Storage } from './scheme.ts';
import { compileTemplate, formOf, type Template, type TemplateFields } from './template.ts';

/** A name scheme at work, in both directions. */
export interface Naming {
  readonly scheme: NameScheme;
  /** Name of a parameter in a network of that layout; undefined where the scheme has no such layer (a stem of two convolutions). */
  nameOf(slot: ParameterSlot, layout: NetworkLayout): string | undefined;
  /** How its weight is stored where that is not as the graph has it. */
  storageOf(slot: ParameterSlot, layout: NetworkLayout): Storage | undefined;
  /**
   * What a name stands for; undefined where it is none of the scheme's. The path is as far as names tell: where the scheme
   * counts blocks through all stages it has no stage (`block7/conv1`).
   */
  parse(name: string): ParameterSlot | undefined;
  /** The forms (template.ts) of all names that it may parse. */
  readonly forms: Iterable<string>;
}

const blockOfStage = 'stage{stage}/block{block}';

interface CompiledRule {
  /** Roles by the last part of a name. */
  readonly roles: ReadonlyMap<string, ParameterRole>;
  readonly path: Template;
  readonly name: Template;
  /** The path as far as a name tells it. */
  readonly told: Template;
  readonly stored: Storage | undefined;
}

/** Last part of the name of each kind of parameter. */
type Suffixes = Readonly<Record<ParameterRole, string>>;

function suffixesOf({ batchNorm }: NameScheme): Suffixes {
  return {
    'conv.weight': 'weight',
    'conv.bias': 'bias',
    'linear.weight': 'weight',
    'linear.bias': 'bias',
    ...batchNorm,
  };
}

function rolesOf({ kind, hasBias }: LayerRule, suffixes: Suffixes): CompiledRule['roles'] {
  const roles = Object.keys(suffixes) as ParameterRole[];
  const own = roles
    .filter((role) => role.startsWith(`${kind}.`))
    .filter((role) => role !== 'conv.bias' || hasBias);
  return new Map(own.map((role) => [suffixes[role], role]));
}

function compileRule(rule: LayerRule, suffixes: Suffixes): CompiledRule {
  const { path, name, stored } = rule;
  const told = name.includes('{flat}') ? path.replace(blockOfStage, 'block{flat}') : path;
  return {
    roles: rolesOf(rule, suffixes),
    path: compileTemplate(path),
    name: compileTemplate(name),
    told: compileTemplate(told),
    stored,
  };
}

/** Reading needs no layout: no template of a path writes what only a layout tells. */
const noLayout: NetworkLayout = { stemConvs: 0, stages: [] };

type RulesByForm = ReadonlyMap<string, readonly CompiledRule[]>;

/** The few rules that may read a name, by its form. */
function indexRules(rules: readonly CompiledRule[]): RulesByForm {
  const index = new Map<string, CompiledRule[]>();
  for (const rule of rules) {
    for (const layer of rule.name.forms) {
      for (const suffix of rule.roles.keys()) {
        const form = `${layer}.${suffix}`;
        index.set(form, [...(index.get(form) ?? []), rule]);
      }
    }
  }
  return index;
}

function parserOf(index: RulesByForm): Naming['parse'] {
  return (name) => {
    const dot = name.lastIndexOf('.');
    const layer = name.slice(0, Math.max(0, dot));
    const suffix = name.slice(dot + 1);
    for (const rule of index.get(formOf(name)) ?? []) {
      const role = rule.roles.get(suffix);
      const fields = role && rule.name.read(layer);
      if (fields) return { path: rule.told.write(fields, noLayout), role };
    }
    return undefined;
  };
}

/** The fields of a path with the block's place among all blocks. */
function withFlat(fields: TemplateFields, { stages }: NetworkLayout): TemplateFields {
  const { stage, block } = fields;
  if (stage === undefined || block === undefined) return fields;
  const before = stages.slice(0, stage - 1).reduce((sum, blocks) => sum + blocks, 0);
  return { ...fields, flat: before + block };
}

export function createNaming(scheme: NameScheme): Naming {
  const suffixes = suffixesOf(scheme);
  const compiled = (rules: readonly LayerRule[]) =>
    rules.map((rule) => compileRule(rule, suffixes));
  const layers = compiled(scheme.layers);
  const stems = new Map(
    Object.entries(scheme.stems).map(([convs, rules]) => [Number(convs), compiled(rules)]),
  );
  const index = indexRules([...layers, ...[...stems.values()].flat()]);
  const find = ({ path, role }: ParameterSlot, { stemConvs }: NetworkLayout) => {
    for (const rule of [...layers, ...(stems.get(stemConvs) ?? [])]) {
      const fields = rule.roles.get(suffixes[role]) === role && rule.path.read(path);
      if (fields) return { rule, fields };
    }
    return undefined;
  };
  return {
    scheme,
    forms: index.keys(),
    nameOf(slot, layout) {
      const found = find(slot, layout);
      if (!found) return undefined;
      const layer = found.rule.name.write(withFlat(found.fields, layout), layout);
      return `${layer}.${suffixes[slot.role]}`;
    },
    storageOf: (slot, layout) => find(slot, layout)?.rule.stored,
    parse: parserOf(index),
  };
}
