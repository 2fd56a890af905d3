export interface Tier {
  readonly name: string;
  readonly command: readonly string[];
  /** Tools without which the tier fails, by name. */
  readonly needs: readonly string[];
  /** It prints a closing line of its own. */
  readonly counts: boolean;
}

export interface Stage {
  readonly tiers: readonly Tier[];
  /** So many of them run beside each other. */
  readonly atOnce: number;
}

export interface StagesOptions {
  readonly cwd: string;
  readonly print?: (line: string) => void;
}

export function runStages(
  stages: readonly Stage[],
  options: StagesOptions,
): Promise<{ passed: number; failed: number }>;
