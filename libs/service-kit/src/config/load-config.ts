import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown when configuration is not valid: names every problem at once, one a line. */
export class ConfigError extends Error {}

/** Parses configuration once. @throws ConfigError */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
): Readonly<z.infer<Schema>> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return Object.freeze(parsed.data as object) as Readonly<z.infer<Schema>>;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(all)'}: ${issue.message}`);
  throw new ConfigError(`The configuration is not valid:\n${problems.join('\n')}`);
}
