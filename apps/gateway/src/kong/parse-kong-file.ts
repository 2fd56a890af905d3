import { parse } from 'yaml';
import type { core } from 'zod';
import { type KongFile, kongFile } from './kong-schema.js';
import { pluginNames } from './plugin-schemas.js';

/** The declarative configuration is not valid: one problem a line, each with the path of the field. */
export class KongConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The gateway's configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Reads Kong's declarative YAML (or JSON). @throws KongConfigError naming each unsupported field or plugin. */
export function parseKongFile(text: string): KongFile {
  const raw = parseYaml(text);
  const parsed = kongFile.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new KongConfigError(parsed.error.issues.flatMap((issue) => describe(issue, raw)));
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 1_000 });
  } catch (error) {
    throw new KongConfigError([`not YAML: ${(error as Error).message}`]);
  }
}

function describe(issue: core.$ZodIssue, raw: unknown): string[] {
  const path = issue.path.join('.');
  const at = (name: string) => (path ? `${path}.${name}` : name);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at(key)}: field "${key}" is not supported`);
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'name') {
    const name = String(valueAt(raw, issue.path));
    return [`${path}: plugin "${name}" is not supported; supported are ${pluginNames.join(', ')}`];
  }
  return [`${path || '(file)'}: ${issue.message}`];
}

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
