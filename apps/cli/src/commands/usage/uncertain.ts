import type { Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';

type Told = Pick<Schemas['Usage'], 'waitingWorkloads'>;
type NotMetered = Schemas['Usage']['notMetered'];

/** Clusters of Kubernetes are the ones where something is not: requests pass through a gateway that is not the platform's. */
const notMeteredLine = ({ metric, clusters }: NotMetered[number]): string =>
  `\n${metric}: not metered on Kubernetes (${clusters.join(', ')})`;

/** What comes below a table whose figures are not all of it; as a rule nothing. */
export function belowTable(notMetered: NotMetered): string {
  const lines = notMetered.map(notMeteredLine).join('');
  return lines && `\n${lines}`;
}

export function warnOfWaiting({ out }: Context, { waitingWorkloads }: Told): void {
  if (out.json || waitingWorkloads === 0) return;
  out.warn(`${waitingWorkloads} workloads are not counted to the end yet: events are still on their way.`);
}
