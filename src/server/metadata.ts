/* What a server says of itself and of a model: KServe v2's metadata, and Triton's extensions of it. */
import * as z from 'zod';
import type { Value } from '../../codegen/ir/graph.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { askJson, errorOf, isGood, parseAnswer, requireGood } from './answers.ts';
import { ask, type Connection } from './connection.ts';
import { datatypeOf } from './datatypes.ts';

/** In one line, whatever the server says. */
const line = z.string().transform((text) => text.trim().replaceAll(/\s+/g, ' '));

const serverSchema = z.object({
  name: line,
  version: line,
  extensions: z.array(z.string()).default([]),
});

const tensorSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int()),
});

const modelSchema = z.object({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: line.optional(),
  inputs: z.array(tensorSchema),
  outputs: z.array(tensorSchema),
});

type ModelMetadata = z.infer<typeof modelSchema>;

const configSchema = z.object({ max_batch_size: z.number().int().nonnegative() });

/** A tensor as the protocol describes it: -1 is any size. */
export type ServedTensor = z.infer<typeof tensorSchema>;

export type ServerFacts = z.infer<typeof serverSchema>;

/** Which model, and which of its versions; absent: the server's default. */
export interface ModelName {
  readonly model: string;
  readonly version?: string | undefined;
}

/** What a server says of a model. */
export interface ServedFacts extends ModelName {
  readonly server: ServerFacts;
  readonly versions: readonly string[];
  readonly platform?: string | undefined;
  readonly inputs: readonly ServedTensor[];
  readonly outputs: readonly ServedTensor[];
  /** Most pictures of a request; 0: shapes are as they stand and nothing is batched; undefined: the server does not say. */
  readonly maxBatch: number | undefined;
}

/** `/v2/models/NAME`, with the version where one is asked for. */
export function modelPath({ model, version }: ModelName): string {
  const versioned = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`;
  return `/v2/models/${encodeURIComponent(model)}${versioned}`;
}

async function requireReady(connection: Connection): Promise<void> {
  const { address } = connection;
  const what = 'whether it is ready';
  const { status } = await ask(connection, { path: '/v2/health/ready', what });
  // Servers that have no such question are ready when they answer.
  if (status !== 404 && status >= 400) fail('server-not-ready', { address, what: 'the server' });
}

/** The server's facts. Throws DiagnosticError where it is down, not ready or none. */
export async function askServer(connection: Connection): Promise<ServerFacts> {
  const request = { path: '/v2', what: 'the metadata of the server' };
  const facts = await askJson(connection, request, serverSchema);
  await requireReady(connection);
  return facts;
}

/** The model's metadata. Throws DiagnosticError `server-model-unknown`, `server-version-unknown`, `server-not-ready`. */
async function askMetadata(connection: Connection, name: ModelName): Promise<ModelMetadata> {
  const { address } = connection;
  const { model, version } = name;
  const request = { path: modelPath(name), what: `the metadata of '${model}'` };
  const answer = await ask(connection, request);
  const reason = errorOf(answer);
  if (!isGood(answer) && reason) {
    if (version !== undefined) {
      const { versions = [] } = await askMetadata(connection, { model });
      fail('server-version-unknown', { address, model, version, versions });
    }
    if (/not ready|unavailable/i.test(reason)) {
      fail('server-not-ready', { address, what: `model '${model}'` });
    }
    if (answer.status < 500) fail('server-model-unknown', { address, model, reason });
  }
  requireGood(connection, request, answer);
  return parseAnswer(modelSchema, answer.bytes, { ...connection, ...request });
}

async function requireModelReady(connection: Connection, name: ModelName): Promise<void> {
  const { address } = connection;
  const what = `model '${name.model}'`;
  const path = `${modelPath(name)}/ready`;
  const { status } = await ask(connection, { path, what: `whether ${what} is ready` });
  if (status !== 404 && status >= 400) fail('server-not-ready', { address, what });
}

/** Triton's configuration says it; other servers have none. */
async function askMaxBatch(connection: Connection, name: ModelName): Promise<number | undefined> {
  const what = `the configuration of '${name.model}'`;
  const answer = await ask(connection, { path: `${modelPath(name)}/config`, what });
  if (!isGood(answer)) return undefined;
  return parseAnswer(configSchema, answer.bytes, { ...connection, what }).max_batch_size;
}

/** All that a server says of itself and a model. Throws DiagnosticError. */
export async function askModel(connection: Connection, name: ModelName): Promise<ServedFacts> {
  const server = await askServer(connection);
  const { versions = [], platform, inputs, outputs } = await askMetadata(connection, name);
  await requireModelReady(connection, name);
  const maxBatch = await askMaxBatch(connection, name);
  return { ...name, server, versions, platform, inputs, outputs, maxBatch };
}

/** A value of a graph as the protocol says it. */
export function servedTensorOf({ name, type }: Value): ServedTensor {
  const shape = type.shape.map((dim) => (dim === 'N' ? -1 : dim));
  return { name, datatype: datatypeOf(type.dataType), shape };
}

/** `input FP32 [-1, 3, 224, 224]` */
export function tensorText({ name, datatype, shape }: ServedTensor): string {
  return `${name} ${datatype} [${shape.join(', ')}]`;
}
