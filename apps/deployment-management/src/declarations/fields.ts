import { isDeepStrictEqual } from 'node:util';

/** What is stated of an object, by the path of each field. Values are as JSON; null is as good as not there. */
export type Fields = Readonly<Record<string, unknown>>;

/** Stated of a field: that it is not there. Whoever takes away what somebody has stated, states this. */
export const NOTHING = { nothing: true } as const;

export interface Stances {
  /** What was declared and was so when it was last looked at. */
  readonly before: Fields;
  readonly declared: Fields;
  readonly current: Fields;
  /** Whoever declares it has seen what is current, and wants it otherwise. */
  readonly overwrites: boolean;
}

export interface Comparison {
  /** Fields to be changed to what is declared. */
  readonly changes: readonly string[];
  /** Fields that somebody else has stated otherwise since: left alone. */
  readonly conflicts: readonly string[];
  /** What is declared and is so; of what is not, what was. The next look's `before`. */
  readonly agreed: Fields;
}

/** Field by field: who has stated it last, the object or somebody else? What the object does not name is nobody's business here. */
export function compare({ before, declared, current, overwrites }: Stances): Comparison {
  const names = Object.keys(declared).filter((name) => isStated(declared[name]));
  const differing = names.filter((name) => !isDeepStrictEqual(declared[name], stanceOf(current, name)));
  const isTheirs = (name: string): boolean => !isDeepStrictEqual(stanceOf(current, name), stanceOf(before, name));
  const conflicts = overwrites ? [] : differing.filter(isTheirs);
  const agreed = names
    .map((name): [string, unknown] => [name, differing.includes(name) ? before[name] : declared[name]])
    .filter(([, value]) => isStated(value));
  return {
    changes: differing.filter((name) => !conflicts.includes(name)),
    conflicts,
    agreed: Object.fromEntries(agreed),
  };
}

const stanceOf = (fields: Fields, name: string): unknown => fields[name] ?? NOTHING;
const isStated = (value: unknown): boolean => value !== undefined && value !== null;

/** `{ web: { cpu: 1 } }` under `sizes` becomes `{ 'sizes.web.cpu': 1 }`; `depth` levels down, what is below is one value. */
export function flatten(path: string, value: object, depth: number): Fields {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
      const isLeaf = depth === 1 || typeof part !== 'object' || part === null;
      return isLeaf ? [[`${path}.${name}`, part]] : Object.entries(flatten(`${path}.${name}`, part, depth - 1));
    }),
  );
}
