export interface Tier {
  readonly name: string;
  readonly command: readonly string[];
  /** Tools without which the tier fails, by name. */
  readonly needs: readonly string[];
  /** It prints a closing line of its own. */
  readonly counts: boolean;
}

export interface TiersOptions {
  readonly atOnce: number;
  readonly cwd: string;
  readonly print?: (line: string) => void;
}

export function runTiers(tiers: readonly Tier[], options: TiersOptions): Promise<{ passed: number; failed: number }>;
