import { defineErrors } from '../errors/define-errors.js';

const errors = defineErrors({ PreconditionRequired: 428, PreconditionFailed: 412 });

/** Strong entity tag of an object at a generation (RFC 9110, section 8.8.3). */
export const entityTag = (generation: number): string => `"${generation}"`;

/**
 * Compares `If-Match` with the object's generation (RFC 9110, section 13.1.1). `*` matches whatever there is.
 * @throws DomainError 428 when the header is missing, 412 when the object has changed since it was read
 */
export function requireMatch(ifMatch: string | undefined, generation: number): void {
  if (ifMatch === undefined) throw errors.PreconditionRequired('Send If-Match with the ETag that you read.');
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(entityTag(generation))) return;
  throw errors.PreconditionFailed('It was changed since you read it: read it again and repeat.');
}
