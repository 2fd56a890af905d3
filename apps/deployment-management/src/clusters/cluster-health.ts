import type { Condition } from '@berth/contracts/deployment';
import { type ConditionStatement, mergeConditions, sameConditions } from '../workloads/conditions.js';

/** One answer that did not come may have been lost on the way. */
export const LOOKS_UNTIL_UNREACHABLE = 2;

export interface Health {
  /** How often in a row it did not answer, as far as that is counted. */
  readonly failedLooks: number;
  readonly conditions: readonly Condition[];
}

export interface HealthAfter extends Health {
  readonly isChanged: boolean;
  readonly news: 'unreachable' | 'recovered' | null;
}

/** What a look at a cluster makes of what was known. `trouble`: why it could not be asked; null when it could. */
export function healthAfter(before: Health, trouble: string | null, now: Date): HealthAfter {
  const failedLooks = trouble === null ? 0 : Math.min(before.failedLooks + 1, LOOKS_UNTIL_UNREACHABLE);
  const isDoubtful = failedLooks > 0 && failedLooks < LOOKS_UNTIL_UNREACHABLE;
  const conditions = isDoubtful ? before.conditions : mergeConditions(before.conditions, [stated(trouble)], now);
  const isChanged = failedLooks !== before.failedLooks || !sameConditions(before.conditions, conditions);
  const [was, is] = [statusOf(before.conditions), statusOf(conditions)];
  if (was !== 'false' && is === 'false') return { failedLooks, conditions, isChanged, news: 'unreachable' };
  return { failedLooks, conditions, isChanged, news: was === 'false' && is === 'true' ? 'recovered' : null };
}

/** Found so by looks in a row. */
export const isFoundUnreachable = (conditions: readonly Condition[]): boolean => statusOf(conditions) === 'false';

const stated = (trouble: string | null): ConditionStatement =>
  trouble === null
    ? { type: 'Reachable', status: 'true', reason: 'Answers', message: 'It answers' }
    : { type: 'Reachable', status: 'false', reason: 'DoesNotAnswer', message: trouble };

const statusOf = (conditions: readonly Condition[]) => conditions.find(({ type }) => type === 'Reachable')?.status;
