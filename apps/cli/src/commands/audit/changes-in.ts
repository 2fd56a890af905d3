import type { Schemas } from '@berth/api-client';

type Detail = Schemas['AuditEntry']['detail'];

/** What an act changed, a field a line: `counts.web 2 -> 3`. A field that was not there, or is gone, is `-` there. */
export function changesIn({ before = {}, after = {} }: Detail): string[] {
  const [was, is] = [new Map(leavesOf(before, after)), new Map(leavesOf(after, before))];
  return [...new Set([...was.keys(), ...is.keys()])].map(
    (name) => `${name} ${was.get(name) ?? '-'} -> ${is.get(name) ?? '-'}`,
  );
}

/** By their paths. What is a field with fields on one side only is shown whole. */
function leavesOf(fields: object, other: unknown, above = ''): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
    const beside = isFields(other) ? other[name] : undefined;
    const path = `${above}${name}`;
    if (isFields(value) && (isFields(beside) || beside === undefined) && Object.keys(value).length > 0)
      return leavesOf(value, beside, `${path}.`);
    return isFields(value) && isFields(beside) ? [] : [[path, shown(value)]];
  });
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
