export interface AsvsRequirement {
  readonly id: string;
  readonly level: number;
  /** What is asked for, in our words. */
  readonly about: string;
  readonly state: string;
  readonly reason?: string;
  readonly tests?: readonly { readonly file: string; readonly name: string }[];
  readonly documents?: readonly string[];
}

export interface AsvsMatrix {
  readonly standard: string;
  readonly source: string;
  readonly chapters: readonly { readonly id: string; readonly title: string; readonly requirements: number }[];
  readonly requirements: readonly AsvsRequirement[];
}

/** Sentences about what is wrong with a matrix whose files lie below `root`; none: nothing. */
export function problemsOf(matrix: AsvsMatrix, root: string): string[];

/** Titles of the tests in a file that run. */
export function titlesIn(path: string): Set<string>;

/** Sentences about the tests that a matrix names and that did not pass in a run; `passed` has `FILE<tab>TITLE` of those that did. */
export function notPassed(matrix: Pick<AsvsMatrix, 'requirements'>, passed: readonly string[]): string[];
