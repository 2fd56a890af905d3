/** The `Berth-Access` values that a client has seen: what no answer may be behind. */
export interface AccessStore {
  /** Oldest first, one per organization. */
  read(): Promise<readonly string[]>;
  write(values: readonly string[]): Promise<void>;
}

export class MemoryAccessStore implements AccessStore {
  private values: readonly string[] = [];

  read(): Promise<readonly string[]> {
    return Promise.resolve(this.values);
  }

  write(values: readonly string[]): Promise<void> {
    this.values = values;
    return Promise.resolve();
  }
}

/** Organizations that a client keeps a value of; of the rest the server has long been told by then. */
const REMEMBERED = 20;

const organizationOf = (value: string): string => value.split('@')[0] ?? '';
const versionOf = (value: string): number => Number(value.split('@')[1] ?? 0);

/** `values` with `seen` as the newest. A lower version than a known one is an answer that came late: it changes nothing. */
export function remember(values: readonly string[], seen: string): readonly string[] {
  const known = values.find((value) => organizationOf(value) === organizationOf(seen));
  if (known !== undefined && versionOf(known) >= versionOf(seen)) return values;
  return [...values.filter((value) => value !== known), seen].slice(-REMEMBERED);
}

/** What to send with a request: the value of the organization that it names in its URL or body, else the newest. */
export function valueFor(values: readonly string[], request: { url: string; body: string }): string | undefined {
  const isNamed = (value: string) =>
    request.url.includes(organizationOf(value)) || request.body.includes(organizationOf(value));
  return values.findLast(isNamed) ?? values.at(-1);
}
