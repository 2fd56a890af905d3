import type { Schemas } from '@berth/api-client';

type Deployment = Pick<Schemas['Deployment'], 'canary' | 'number' | 'release'>;
type Canary = NonNullable<Schemas['Deployment']['canary']>;
type Counts = Canary['counts'][number];

/** What is known of a canary's steps so far: each as it begins and as it ends, in order. Only ever grows. */
export function canaryLines({ canary, number, release }: Deployment): string[] {
  if (!canary) return [];
  if (canary.state === 'arriving') return [];
  const waits = canary.waitsUntilPromoted
    ? [`v${release} is ready and waits to be promoted: berth deployments promote ${number}`]
    : [];
  if (canary.state === 'waiting') return waits;
  return waits.concat(stepLines(canary, release));
}

const stepLines = (canary: Canary, release: number | null): string[] =>
  canary.steps.slice(0, canary.step + 1).flatMap(({ weight }, index) => {
    const step = canary.counts[index];
    const isOver = index < canary.step || canary.state === 'promoting' || canary.state === 'aborting';
    const begun = isOver || canary.since !== null ? [`v${release} gets ${weight} % of the requests`] : [];
    return isOver && step ? [...begun, countsText(step, release)] : begun;
  });

/** What both releases answered in a step. */
export const countsText = ({ weight, canary, former }: Counts, release: number | null): string =>
  `at ${weight} %: v${release} answered ${answered(canary)}; the release before ${answered(former)}`;

const answered = ({ requests, errors }: Counts['canary']): string =>
  `${requests} ${requests === 1 ? 'request' : 'requests'}, ${errors} with an error`;
