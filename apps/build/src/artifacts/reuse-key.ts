import { createHmac } from 'node:crypto';
import type { BuildPlan } from '../detection/build-plan.js';

/** Raised whenever the same inputs may give another artifact because this service changed. */
export const builderVersion = 'host-1';

export interface BuildInputs {
  readonly appId: string;
  readonly tree: string;
  readonly rootFolder: string;
  readonly plan: BuildPlan;
  /** Build variables: names and values. */
  readonly variables: Readonly<Record<string, string>>;
  /** Versions of the tools that the plan needs, as the host has them. */
  readonly tools: Readonly<Record<string, string>>;
}

/**
 * Names everything that an artifact depends on. Within an app only: another tenant's code, run on the same tree, must never
 * have made the artifact that this one gets. Keyed, because the inputs hold values that must not be guessable from a row.
 */
export const reuseKey = (inputs: BuildInputs, secret: string): string =>
  createHmac('sha256', secret)
    .update(canonicalJson([builderVersion, inputs]))
    .digest('hex');

/** JSON with sorted keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each,
  );
}
