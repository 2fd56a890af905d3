interface Schema {
  readonly $ref?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface DocumentedOperation {
  readonly security?: unknown;
  readonly 'x-permissions'?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

/** Where a request names an object: `:id` in the path, `?workload` in the query, `/scope/id` in the body. */
export type IdPlace = `:${string}` | `?${string}` | `/${string}`;

/** What the OpenAPI document of a running service says of one route, as far as the matrix needs it. */
export interface Operation {
  /** `GET /v1/apps/{id}` */
  readonly name: string;
  /** Where the service that answers it listens. */
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly needsToken: boolean;
  readonly permissions: readonly string[];
  readonly ids: readonly IdPlace[];
  readonly takesCursor: boolean;
}

/** Every route that a running service documents. */
export async function operationsOf(url: string): Promise<Operation[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([lower, operation]) => {
      const method = lower.toUpperCase();
      const parameters = operation.parameters ?? [];
      return {
        name: `${method} ${path}`,
        url,
        method,
        path,
        needsToken: operation.security !== undefined,
        permissions: operation['x-permissions'] ?? [],
        ids: [...parameterIds(parameters), ...bodyIds(document, operation)],
        takesCursor: parameters.some(({ name }) => name === 'cursor'),
      };
    }),
  );
}

const parameterIds = (parameters: NonNullable<DocumentedOperation['parameters']>): IdPlace[] =>
  parameters
    .filter((each) => each.in === 'path' || each.schema?.format === 'uuid')
    .map((each): IdPlace => (each.in === 'path' ? `:${each.name}` : `?${each.name}`));

function bodyIds(document: Document, { requestBody }: DocumentedOperation): IdPlace[] {
  const schema = requestBody?.content?.['application/json']?.schema;
  return schema ? idsWithin(document, schema) : [];
}

function idsWithin(document: Document, schema: Schema): IdPlace[] {
  const { properties = {}, anyOf = [], oneOf = [], allOf = [] } = resolved(document, schema);
  const own = Object.entries(properties).flatMap(([name, property]): IdPlace[] => {
    if (property.format === 'uuid') return [`/${name}`];
    return idsWithin(document, property).map((place): IdPlace => `/${name}${place}`);
  });
  return [...new Set([...own, ...[...anyOf, ...oneOf, ...allOf].flatMap((each) => idsWithin(document, each))])];
}

function resolved(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components?.schemas?.[name] ?? {});
}
