/** A request that must be refused with a problem document of 4xx, whatever the route is. */
export interface HostileRequest {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

/** As much of an OpenAPI document as is read here. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const someId = '0198c0de-0000-7000-8000-000000000000';
const hostileTexts = ['n'.repeat(900_000), 'a\0b', '\ud800', '../../etc/passwd\n', "' or 1=1 --"];
const hostileValues: readonly unknown[] = [...hostileTexts, [[]], { a: { b: 1 } }, 1e308, -1, true];
const hostileSegments = ['%00', '%2e%2e', "'", '-1', 'null', 'x'.repeat(90)];
const hostileParameters = ['%00', "'", '-1', '1e999', 'NaN', 'x'.repeat(5_000)];

/**
 * Malformed, oversized and hostile variants of every route of a service that takes a body, an id or a parameter of a list.
 * A field that may hold any text is sent with other fields of the wrong kind, so that no variant is a good request.
 */
export function hostileRequests(document: OpenApi): HostileRequest[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => [
      ...bodiesOf(document, method.toUpperCase(), path, operation),
      ...segmentsOf(method.toUpperCase(), path),
      ...parametersOf(method.toUpperCase(), path, operation),
    ]),
  );
}

function bodiesOf(document: OpenApi, method: string, template: string, operation: Operation): HostileRequest[] {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (!schema) return [];
  const path = filled(template);
  const raw = ['', '{', 'null', '[]', '"text"', '['.repeat(200_000), '{"__proto__":{"a":1}}', '{"unknown":1}'];
  const fields = Object.keys(resolved(document, schema).properties ?? {});
  const variants = fields.flatMap((field) =>
    hostileValues.map((value): HostileRequest => {
      const others = Object.fromEntries(fields.map((each) => [each, { wrong: true }]));
      const body = JSON.stringify({ ...others, [field]: value, unknown: 1 });
      return { what: `${field}: ${body.slice(0, 40)}`, method, path, body };
    }),
  );
  return [
    ...raw.map((body) => ({ what: body.slice(0, 40), method, path, body })),
    { what: 'a form', method, path, body: 'a=1', contentType: 'application/x-www-form-urlencoded' },
    { what: '10 MB', method, path, body: JSON.stringify({ [fields[0] ?? 'a']: 'n'.repeat(10_000_000) }) },
    ...variants,
  ];
}

function segmentsOf(method: string, template: string): HostileRequest[] {
  if (!template.includes('{')) return [];
  return hostileSegments.map((segment) => ({
    what: `segment ${segment.slice(0, 20)}`,
    method,
    path: template.replaceAll(/\{[^}]+\}/g, segment),
  }));
}

/** Parameters of lists alone: what else a route takes may well be any text. */
function parametersOf(method: string, template: string, operation: Operation): HostileRequest[] {
  const names = (operation.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name);
  return names
    .filter((name) => ['limit', 'cursor', 'organization'].includes(name))
    .flatMap((name) =>
      hostileParameters.map((value) => ({
        what: `?${name}=${value.slice(0, 20)}`,
        method,
        path: `${filled(template)}?${name}=${encodeURI(value).replaceAll('%2500', '%00')}`,
      })),
    );
}

const filled = (template: string): string => template.replaceAll(/\{[^}]+\}/g, someId);

function resolved(document: OpenApi, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components?.schemas?.[name] ?? {});
}
