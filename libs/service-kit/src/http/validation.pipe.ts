import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { DomainError } from '../errors/define-errors.js';
import { malformed, pointerOf } from './parse-json.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Validates by the `{ schema }` of a parameter and answers 422 with a pointer to each wrong field. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  override async transform<Value>(value: Value, metadata: ArgumentMetadata): Promise<Value> {
    const schema = metadata.schema;
    if (!schema || metadata.type === 'custom') return value;
    const result = await schema['~standard'].validate(value);
    if (!result.issues) return result.value as Value;
    if (metadata.type === 'body' && value === undefined) throw malformed('This request needs a JSON body.');
    const errors = result.issues
      .slice(0, 50)
      .map((issue) => ({ pointer: pointerTo(issue, metadata), message: issue.message }));
    throw new DomainError(
      'validation_failed',
      422,
      errors[0] ? `${errors[0].pointer} ${errors[0].message}` : 'not valid',
      errors,
    );
  }
}

/** `/a/b` into the body (RFC 6901), `?name` for a query parameter, `:name` for a path parameter. */
function pointerTo(issue: Issue, metadata: ArgumentMetadata): string {
  const path = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  if (metadata.type === 'query') return `?${[metadata.data, ...path].filter(Boolean).join('.')}`;
  if (metadata.type === 'param') return `:${[metadata.data, ...path].filter(Boolean).join('.')}`;
  return pointerOf(path);
}
