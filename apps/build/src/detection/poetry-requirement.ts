import { z } from 'zod';

const detailed = z.looseObject({
  version: z.string().optional(),
  extras: z.array(z.string()).default([]),
  markers: z.string().optional(),
  optional: z.boolean().default(false),
  git: z.string().optional(),
  rev: z.string().optional(),
  tag: z.string().optional(),
  branch: z.string().optional(),
  url: z.string().optional(),
  path: z.string().optional(),
});
type Detailed = z.infer<typeof detailed>;

/**
 * A dependency in Poetry's own words as a requirement of pip (PEP 508). Nothing for an optional one. Of several wishes for
 * one name the first counts.
 */
export function requirementOf(name: string, wish: unknown): string[] {
  if (typeof wish === 'string') return [`${name}${specifierOf(wish)}`];
  if (Array.isArray(wish)) return wish.length === 0 ? [] : requirementOf(name, wish[0]);
  const read = detailed.safeParse(wish);
  if (!read.success || read.data.optional) return [];
  if (read.data.path !== undefined) return [`./${read.data.path.replace(/^\.\//, '')}`];
  const marker = read.data.markers === undefined ? '' : ` ; ${read.data.markers}`;
  return [`${name}${extrasOf(read.data)}${sourceOf(read.data)}${marker}`];
}

const extrasOf = ({ extras }: Detailed): string => (extras.length > 0 ? `[${extras.join(',')}]` : '');

function sourceOf({ git, rev, tag, branch, url, version }: Detailed): string {
  const at = rev ?? tag ?? branch;
  if (git !== undefined) return ` @ git+${git}${at === undefined ? '' : `@${at}`}`;
  return url === undefined ? specifierOf(version ?? '*') : ` @ ${url}`;
}

/** `^1.2` -> `>=1.2,<2`, and so on; see "Dependency specification" in the documentation of Poetry. */
export function specifierOf(constraint: string): string {
  // "Either of" has no counterpart in PEP 440: pip chooses.
  if (constraint.includes('||') || constraint.includes('|')) return '';
  const parts = constraint.split(/\s*,\s*|\s+(?=[<>=!~^])/).map((part) => part.replaceAll(/\s+/g, ''));
  return parts.flatMap(specifierOfPart).join(',');
}

function specifierOfPart(part: string): string[] {
  if (part === '' || part === '*') return [];
  const [, operator = '', version = ''] = /^(\^|~(?!=)|[<>=!~]=?=?|)(.*)$/.exec(part) ?? [];
  if (operator === '^') return [`>=${version}`, `<${below(version, firstThatCounts(version))}`];
  if (operator === '~') return [`>=${version}`, `<${below(version, Math.min(1, numbers(version).length - 1))}`];
  if (operator === '' || operator === '=') return [`==${version}`];
  return [part];
}

const numbers = (version: string): number[] => version.split('.').map((part) => Number.parseInt(part, 10) || 0);

/** Of `^0.2.3` it is the 2: what is left of it may not change either. */
function firstThatCounts(version: string): number {
  const all = numbers(version);
  const found = all.findIndex((part) => part > 0);
  return found < 0 ? all.length - 1 : found;
}

const below = (version: string, at: number): string =>
  numbers(version)
    .slice(0, at + 1)
    .map((part, index) => (index === at ? part + 1 : part))
    .join('.');
