import { readFileSync } from 'node:fs';
import type { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown when configuration is not valid: names every problem at once, one a line. */
export class ConfigError extends Error {}

/** An object of variables, whose names can be asked for. */
export type ConfigSchema<Config = unknown> = z.ZodType<Config> & { readonly shape: object };

/**
 * Parses configuration once. What a variable holds may lie in a file instead, as agents of vaults and Kubernetes lay secrets
 * down: `NAME_FILE` is its path, and what ends the file's last line is no part of the value.
 * @throws ConfigError
 */
export function loadConfig<Schema extends ConfigSchema>(
  schema: Schema,
  environment: Environment,
): Readonly<z.infer<Schema>> {
  const { values, problems } = valuesInFiles(Object.keys(schema.shape), environment);
  const parsed = schema.safeParse({ ...environment, ...values });
  if (parsed.success && problems.length === 0) return Object.freeze(parsed.data as object) as Readonly<z.infer<Schema>>;
  const issues = parsed.error?.issues ?? [];
  const all = [...problems, ...issues.map((issue) => `${issue.path.join('.') || '(all)'}: ${issue.message}`)];
  throw new ConfigError(`The configuration is not valid:\n${all.map((problem) => `  ${problem}`).join('\n')}`);
}

interface InFiles {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

function valuesInFiles(names: readonly string[], environment: Environment): InFiles {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of names.filter((each) => environment[`${each}_FILE`])) {
    try {
      if (environment[name] !== undefined) problems.push(`${name}: set it or ${name}_FILE, not both`);
      else values[name] = readFileSync(environment[`${name}_FILE`] ?? '', 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      problems.push(`${name}_FILE: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`);
    }
  }
  return { values, problems };
}
