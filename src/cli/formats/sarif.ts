/* SARIF 2.1.0: docs.oasis-open.org/sarif/sarif/v2.1.0. */
import { pathToFileURL } from 'node:url';
import type * as Sarif from 'sarif';
import type { DiagnosticCode } from '../../diagnostics/messages.ts';
import { visibleJson } from '../../diagnostics/printable.ts';
import { version } from '../../version.ts';
import { diagnosticText } from './diagnostic-text.ts';
import type { Formatter } from './formats.ts';
import type { LocatedDiagnostic, Location, Outcome, Region } from './outcome.ts';
import { descriptorOf, isOfTheRun, sarifLevels } from './sarif-rules.ts';

const schema =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** What SARIF's viewers call the folder of the sources. */
const rootId = '%SRCROOT%';

function artifactLocation(path: string): Sarif.ArtifactLocation {
  if (/^(\/|[A-Za-z]:\/)/.test(path)) return { uri: pathToFileURL(path).href };
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: rootId };
}

/** Code scanning wants a line of every place; that of a file as a whole is its first. */
function sarifRegion(region: Region | undefined): Sarif.Region {
  if (!region) return { startLine: 1 };
  const { line, column, endLine, endColumn } = region;
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function sarifLocation({ path, region }: Location): Sarif.Location {
  return {
    physicalLocation: { artifactLocation: artifactLocation(path), region: sarifRegion(region) },
  };
}

/** The change that the hint stands for. */
function fixesOf({ diagnostic: { fix, hint }, fixed }: LocatedDiagnostic): Sarif.Fix[] {
  if (!fix || !fixed) return [];
  const replacement = {
    deletedRegion: sarifRegion(fixed.region),
    insertedContent: { text: fix.text },
  };
  const change = { artifactLocation: artifactLocation(fixed.path), replacements: [replacement] };
  return [{ ...(hint ? { description: { text: hint } } : {}), artifactChanges: [change] }];
}

function placeAndText({ diagnostic, location }: LocatedDiagnostic) {
  return {
    level: sarifLevels[diagnostic.severity],
    message: { text: diagnosticText(diagnostic) },
    ...(location ? { locations: [sarifLocation(location)] } : {}),
  };
}

/** Codes in the order of the alphabet, each once. */
function codesOf(told: readonly LocatedDiagnostic[]): readonly DiagnosticCode[] {
  return [...new Set(told.map(({ diagnostic }) => diagnostic.code))].toSorted();
}

function resultsOf(told: readonly LocatedDiagnostic[]): Sarif.Result[] {
  const codes = codesOf(told);
  return told.map((each) => {
    const fixes = fixesOf(each);
    return {
      ruleId: each.diagnostic.code,
      ruleIndex: codes.indexOf(each.diagnostic.code),
      ...placeAndText(each),
      ...(fixes.length > 0 ? { fixes } : {}),
    };
  });
}

function notificationsOf(told: readonly LocatedDiagnostic[]): Sarif.Notification[] {
  const codes = codesOf(told);
  return told.map((each) => {
    const id = each.diagnostic.code;
    return { descriptor: { id, index: codes.indexOf(id) }, ...placeAndText(each) };
  });
}

function sarifLog({ command, exitCode, told }: Outcome): Sarif.Log {
  const ofRun = told.filter(({ diagnostic }) => isOfTheRun(diagnostic.code));
  const found = told.filter(({ diagnostic }) => !isOfTheRun(diagnostic.code));
  const driver: Sarif.ToolComponent = {
    name: 'rcc',
    version,
    semanticVersion: version,
    rules: codesOf(found).map(descriptorOf),
    notifications: codesOf(ofRun).map(descriptorOf),
  };
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        automationDetails: { id: `rcc/${command}/` },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          [rootId]: { description: { text: 'The folder of the sources.' } },
        },
        invocations: [
          {
            executionSuccessful: ofRun.length === 0,
            exitCode,
            toolExecutionNotifications: notificationsOf(ofRun),
          },
        ],
        results: resultsOf(found),
      },
    ],
  };
}

export const sarifFormat: Formatter = { write: (outcome) => visibleJson(sarifLog(outcome)) };
