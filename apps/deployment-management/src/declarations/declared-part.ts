import { isDeepStrictEqual } from 'node:util';
import type { Caller, Permission } from '@berth/access';
import { DomainError, type Sql, type Tx } from '@berth/service-kit';
import { declarationErrors } from './declarations.errors.js';
import type { Target } from './declared-kind.js';
import { type Fields, NOTHING } from './fields.js';
import type { RefusedChange } from './verdict.js';

/** What a part is to become: by the name of the entry, what its request to the API says; `NOTHING`: it goes. */
export type Entries = Fields;
/** Asked under the lock of the change. @throws when somebody else was there meanwhile */
export type StillSo = (tx: Tx) => Promise<void>;

/** A part of what an object declares that the API has requests of its own for. Its fields are `name` and the name of an entry. */
export interface DeclaredPart<Spec> {
  /** As in the spec. */
  readonly name: string;
  /** Asked of whoever wants to know whether it is as it is stated. */
  readonly reads: Permission;
  /** One request changes all entries. Otherwise each has one of its own, and is refused alone. */
  readonly isOneRequest?: true;
  /** Nothing is deployed while it is refused: what runs without it would do harm. */
  readonly holdsDeployment?: true;
  /** Undefined: the spec says nothing of it. */
  stated(spec: Spec): Entries | undefined;
  current(sql: Sql, id: string): Promise<Entries>;
  /** By the same service as the API. */
  change(caller: Caller, id: string, wanted: Entries, stillSo: StillSo): Promise<void>;
  /** Which entry a pointer into a request for several is about. */
  entryAt?(pointer: string, wanted: Entries): string | undefined;
}

export interface Named<Entry> {
  readonly set: Readonly<Record<string, Entry>>;
  readonly unset: readonly string[];
}

/** Where both name one, `set` wins. */
export const entriesOf = ({ set, unset }: Named<unknown>): Entries => ({ ...gone(unset), ...set });

export interface Listed {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** Where both name one, `add` wins. */
export const listed = ({ add, remove }: Listed): Entries => ({
  ...gone(remove),
  ...Object.fromEntries(add.map((name) => [name, true])),
});

/** Of a part whose entries have requests of their own. */
export function onlyOf(wanted: Entries): readonly [string, unknown] {
  const [[name, value] = ['', undefined]] = Object.entries(wanted);
  return [name, value];
}

export const isGone = (value: unknown): boolean => isDeepStrictEqual(value, NOTHING);

const gone = (names: readonly string[]): Entries => Object.fromEntries(names.map((name) => [name, NOTHING]));

const named = <Spec>({ name }: DeclaredPart<Spec>, entries: Entries): Fields =>
  Object.fromEntries(Object.entries(entries).map(([entry, value]) => [`${name}.${entry}`, value]));

export const statedOf = <Spec>(parts: readonly DeclaredPart<Spec>[], spec: Spec): Fields =>
  Object.assign({}, ...parts.map((part) => named(part, part.stated(spec) ?? {}))) as Fields;

/** Those that a spec says something of. */
export const partsIn = <Spec>(parts: readonly DeclaredPart<Spec>[], spec: Spec): DeclaredPart<Spec>[] =>
  parts.filter((part) => part.stated(spec) !== undefined);

export async function currentOf<Spec>(parts: readonly DeclaredPart<Spec>[], sql: Sql, id: string): Promise<Fields> {
  const all: Fields[] = [];
  for (const part of parts) all.push(named(part, await part.current(sql, id)));
  return Object.assign({}, ...all) as Fields;
}

export interface PartChange<Spec> {
  readonly caller: Caller;
  readonly target: Target;
  readonly spec: Spec;
  /** To be changed; those of no part are somebody else's. */
  readonly fields: readonly string[];
}

/** One after the other; one that is refused keeps no other from being done. */
export async function changeParts<Spec>(
  parts: readonly DeclaredPart<Spec>[],
  change: PartChange<Spec>,
): Promise<RefusedChange[]> {
  const refused: (RefusedChange | null)[] = [];
  for (const part of parts)
    for (const wanted of requestsOf(part, change)) refused.push(await refusalOf(part, wanted, change));
  return refused.filter((each) => each !== null);
}

function requestsOf<Spec>(part: DeclaredPart<Spec>, { spec, fields }: PartChange<Spec>): Entries[] {
  const entries = Object.entries(part.stated(spec) ?? {}).filter(([name]) => fields.includes(`${part.name}.${name}`));
  if (entries.length === 0) return [];
  return part.isOneRequest ? [Object.fromEntries(entries)] : entries.map((entry) => Object.fromEntries([entry]));
}

async function refusalOf<Spec>(
  part: DeclaredPart<Spec>,
  wanted: Entries,
  { caller, target }: PartChange<Spec>,
): Promise<RefusedChange | null> {
  try {
    await part.change(caller, target.id, wanted, stillSo(part, wanted, target));
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const fields = Object.keys(named(part, wanted));
    const pointed = error.errors.map(({ pointer }) => placeOf(part, pointer, wanted));
    const places = pointed.filter((at) => fields.length > 1 || !fields.includes(at));
    return { fields, error, places, ...(part.holdsDeployment && { holdsDeployment: true }) };
  }
}

/** The field of the object that a pointer into the request is about. */
function placeOf<Spec>(part: DeclaredPart<Spec>, pointer: string, wanted: Entries): string {
  const [entry = ''] = Object.keys(wanted);
  if (part.isOneRequest) return `${part.name}.${part.entryAt?.(pointer, wanted) ?? entry}`;
  return `${part.name}.${entry}${pointer.replaceAll('/', '.')}`;
}

const stillSo =
  <Spec>(part: DeclaredPart<Spec>, wanted: Entries, { id, fields: read }: Target): StillSo =>
  async (tx) => {
    const now = named(part, await part.current(tx, id));
    const others = Object.keys(named(part, wanted)).filter(
      (name) => !isDeepStrictEqual(now[name] ?? null, read[name] ?? null),
    );
    if (others.length > 0) throw changedMeanwhile(others);
  };

export const changedMeanwhile = (fields: readonly string[]): Error =>
  declarationErrors.PreconditionFailed(`${fields.join(', ')}: changed by others meanwhile. It is looked at again.`);
