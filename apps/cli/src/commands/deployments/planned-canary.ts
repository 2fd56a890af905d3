import type { Schemas } from '@berth/api-client';
import { duration } from '../../output/format.js';

type Planned = NonNullable<Schemas['DryRun']['canary']>;
type Estimate = Pick<Schemas['CostEstimate'], 'currency' | 'monthHours' | 'difference'>;

/** What a canary would do before it takes over: its steps, what runs beside what is live, and for how much. */
export function canaryText(planned: Planned, estimate: Estimate): string {
  const { steps, waitSeconds, allocation, quota } = planned;
  const seconds = planned.holdSeconds + (waitSeconds ?? 0);
  const shares = steps.map((step) => `${step.weight} % for ${duration(step.holdSeconds * 1_000)}`).join(', then ');
  const extra = allocation.map(({ instances, processType }) => `${instances} more of ${processType}`).join(', ');
  return [
    steps[0]?.weight === 100 ? switchText(planned) : `Canary: ${shares} of the requests, then all of them.`,
    `Meanwhile, at most: ${extra}; the quota holds ${quota.cpuMillicores}m and ${quota.memoryMib} MiB for it.`,
    `Price of that: ${priceFor(seconds, estimate)} ${estimate.currency} for ${duration(seconds * 1_000)} at most (${estimate.difference} a month).`,
  ].join('\n');
}

function switchText({ waitSeconds, holdSeconds }: Planned): string {
  const wait = waitSeconds === null ? '' : `waits for at most ${duration(waitSeconds * 1_000)} to be promoted, `;
  return `Blue-green: comes up whole, ${wait}gets all requests at once; what is live stays up for ${duration(holdSeconds * 1_000)}.`;
}

/** Rounded up to a hundredth of the smallest coin, so that what costs something never looks free. */
function priceFor(seconds: number, { difference, monthHours }: Estimate): string {
  const exact = (Number(difference) * seconds) / (monthHours * 3_600);
  return (Math.ceil(exact * 10_000) / 10_000).toFixed(4);
}
