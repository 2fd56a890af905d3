import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;
const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** The document in which every operation says that whatever it does not name is answered with a problem document, too. */
export function withProblems(document: OpenAPIObject, definitions: object): OpenAPIObject {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const operations = methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [[method, { ...operation, responses: withProblem(operation.responses) }]] : [];
    });
    return [path, { ...item, ...(Object.fromEntries(operations) as object) }];
  });
  const schemas = { ...document.components?.schemas, ...definitions } as Schemas;
  return { ...document, paths: Object.fromEntries(paths), components: { ...document.components, schemas } };
}

function withProblem(responses: Responses): Responses {
  const told = responses.default as { description?: string; content?: object } | undefined;
  return {
    ...responses,
    default: { description: told?.description ?? 'refused or failed', content: { ...told?.content, ...content } },
  };
}
