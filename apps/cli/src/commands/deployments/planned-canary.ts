import type { Schemas } from '@berth/api-client';
import { duration } from '../../output/format.js';

type Planned = NonNullable<Schemas['DryRun']['canary']>;
type Estimate = Pick<Schemas['CostEstimate'], 'currency' | 'monthHours' | 'difference'>;

/** What a canary would do before it takes over: its steps, what runs beside what is live, and for how much. */
export function canaryText({ steps, holdSeconds, allocation, quota }: Planned, estimate: Estimate): string {
  const shares = steps.map((step) => `${step.weight} % for ${duration(step.holdSeconds * 1_000)}`).join(', then ');
  const extra = allocation.map(({ instances, processType }) => `${instances} more of ${processType}`).join(', ');
  return [
    `Canary: ${shares} of the requests, then all of them.`,
    `Meanwhile, at most: ${extra}; the quota holds ${quota.cpuMillicores}m and ${quota.memoryMib} MiB for it.`,
    `Price of that: ${priceFor(holdSeconds, estimate)} ${estimate.currency} for ${duration(holdSeconds * 1_000)} at most (${estimate.difference} a month).`,
  ].join('\n');
}

/** Rounded up to a hundredth of the smallest coin, so that what costs something never looks free. */
function priceFor(seconds: number, { difference, monthHours }: Estimate): string {
  const exact = (Number(difference) * seconds) / (monthHours * 3_600);
  return (Math.ceil(exact * 10_000) / 10_000).toFixed(4);
}
