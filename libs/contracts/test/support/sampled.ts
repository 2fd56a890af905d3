import { readFileSync } from 'node:fs';
import { type CloudEvent, type EventDefinition } from '../../src/events.js';

type Path = readonly (string | number)[];
type Branch = Record<string | number, unknown>;

/** The data of the first golden sample of a type, its own for each caller. */
export const sampled = ({ type }: EventDefinition): Branch => {
  const file = new URL(`../../samples/${type}.1.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as CloudEvent).data as Branch;
};

/** `entries.0.release` as the keys that lead there. */
const pathOf = (dotted: string): Path => dotted.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));

function put(branch: Branch, [key = '', ...rest]: Path, value: unknown): void {
  if (rest.length > 0) return put(branch[key] as Branch, rest, value);
  branch[key] = value;
}

const withOne = (definition: EventDefinition, dotted: string, value: unknown) => {
  const data = sampled(definition);
  put(data, pathOf(dotted), value);
  return definition.data.safeParse(data);
};

/** Whether the sample is still an event of its type once a field of it has this value. */
export const takes = (definition: EventDefinition, dotted: string, value: unknown): boolean =>
  withOne(definition, dotted, value).success;

/** Where the sample is refused once a field of it has this value: each place, dotted. Nowhere: it is taken. */
export const refusedAt = (definition: EventDefinition, dotted: string, value: unknown): string[] =>
  withOne(definition, dotted, value).error?.issues.map(({ path }) => path.join('.')) ?? [];
