/** Where on earth network addresses are. */
export interface Places {
  /** As people call it: `London, England, United Kingdom`. Null: not known. */
  of(address: string): Promise<string | null>;
}
export const PLACES = Symbol('Places');

/** Without a database nothing is known, and nothing is guessed. */
export const nowhere: Places = { of: () => Promise.resolve(null) };
