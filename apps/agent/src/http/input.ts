import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { agentErrors } from '../errors.js';

const BODY_LIMIT = 8 * 1024 * 1024;

/** @throws body_too_large, body_invalid */
export async function bodyOf<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT) throw agentErrors.bodyTooLarge(BODY_LIMIT);
    chunks.push(chunk);
  }
  const parsed = schema.safeParse(jsonOf(Buffer.concat(chunks).toString()));
  if (parsed.success) return parsed.data;
  // Messages of zod name what was expected, never what was given: a body holds secrets.
  throw agentErrors.bodyInvalid(issuesOf(parsed.error, (path) => `/${path.join('/')}`));
}

/** @throws query_invalid */
export function queryOf<Schema extends z.ZodType>(url: URL, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(url.searchParams));
  if (parsed.success) return parsed.data;
  throw agentErrors.queryInvalid(issuesOf(parsed.error, (path) => `?${path.join('.')}`));
}

const issuesOf = (error: z.ZodError, pointer: (path: PropertyKey[]) => string) =>
  error.issues.map((issue) => ({ pointer: pointer(issue.path), message: issue.message }));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw agentErrors.bodyInvalid([{ pointer: '', message: 'must be JSON' }]);
  }
}
