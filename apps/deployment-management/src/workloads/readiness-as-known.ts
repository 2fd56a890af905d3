import type { Condition } from '@berth/contracts/deployment';
import type { WorkloadRow } from './workload.js';

type Known = Pick<WorkloadRow, 'conditions' | 'outOfReach' | 'cluster'>;

/**
 * What is known of a workload now: of what was seen before its cluster fell silent nobody knows whether it is still so. Derived
 * whenever it is read, so that nothing is written for each of its workloads when a cluster goes or comes back.
 */
export const conditionsAsKnown = (row: Known): Condition[] =>
  row.conditions.map((each) => (isSeen(each) && row.outOfReach ? unknown(each, row.outOfReach, row) : each));

/** Nothing was ever stated there: that is known without asking. */
const isSeen = ({ type, reason }: Condition): boolean => type === 'Ready' && reason !== 'NeverDeployed';

function unknown({ type, message }: Condition, { reason, since }: Condition, { cluster }: Known): Condition {
  const [is, does] =
    reason === 'Refuses' ? ['ClusterRefuses', 'refuses the platform'] : ['ClusterUnreachable', 'does not answer'];
  const told = `Its cluster (${cluster}) ${does}: nobody knows how it is. Seen last: ${message}`;
  return { type, status: 'unknown', reason: is, message: told, since };
}
