import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { CliError, exitCodes, usageError } from '../../errors.js';

/**
 * What a file of JSON holds.
 * @throws CliError `usage` when it cannot be read or is no JSON; `invalid`, with every problem and its place, when it is not
 * what the schema says
 */
export async function readJson<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await readFile(resolve(folder, name), 'utf8').catch((error: unknown) => {
    throw usageError(`"${name}" cannot be read: ${String((error as { code?: unknown }).code)}.`);
  });
  const parsed = schema.safeParse(jsonOf(text, name));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  /${path.map(String).join('/')} ${message}`);
  throw new CliError(exitCodes.invalid, [`"${name}" cannot be taken:`, ...problems].join('\n'));
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`"${name}" is no JSON: ${(error as Error).message}.`);
  }
}
