import { isDeepStrictEqual } from 'node:util';

type Json = Readonly<Record<string, unknown>>;

export interface ServiceDocument {
  readonly service: string;
  readonly document: Json;
}

export interface MergedOpenApi {
  readonly document: Json;
  /** Names that two services define differently; the document is not to be used unless this is empty. */
  readonly conflicts: readonly string[];
}

/**
 * Merges OpenAPI 3.1 documents. `serves(service, path)` tells whether the gateway routes the path to that service:
 * what cannot be reached (health, metrics) is left out.
 */
export function mergeOpenApi(
  documents: readonly ServiceDocument[],
  serves: (service: string, path: string) => boolean,
): MergedOpenApi {
  const conflicts: string[] = [];
  const paths: Record<string, unknown> = {};
  const components: Record<string, Record<string, unknown>> = {};
  const tags = new Map<string, unknown>();
  for (const { service, document } of documents) {
    const reachable = Object.entries(objectOf(document['paths'])).filter(([path]) => serves(service, path));
    add(paths, Object.fromEntries(reachable), 'paths', conflicts);
    for (const [kind, entries] of Object.entries(objectOf(document['components']))) {
      add((components[kind] ??= {}), objectOf(entries), `components.${kind}`, conflicts);
    }
    for (const tag of listOf(document['tags'])) tags.set(String(objectOf(tag)['name']), tag);
  }
  const info = { title: 'Berth', version: String(objectOf(documents[0]?.document['info'])['version'] ?? '0') };
  const security = documents.map(({ document }) => document['security']).find((value) => value !== undefined);
  const document = { openapi: '3.1.0', info, tags: [...tags.values()], paths, components };
  return { document: security === undefined ? document : { ...document, security }, conflicts };
}

function add(into: Record<string, unknown>, entries: Json, where: string, conflicts: string[]): void {
  for (const [name, value] of Object.entries(entries)) {
    if (name in into && !isDeepStrictEqual(into[name], value)) conflicts.push(`${where}.${name}`);
    into[name] ??= value;
  }
}

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
