import type { Condition } from '@berth/contracts/deployment';
import { STATISTICS } from '../runtime/prometheus/statistics-condition.js';
import { type ConditionStatement, mergeConditions, sameConditions } from '../workloads/conditions.js';

/** One answer that did not come may have been lost on the way. */
export const LOOKS_UNTIL_UNREACHABLE = 2;
const SILENT = 'DoesNotAnswer';

/** Why a cluster cannot be asked. */
export interface Trouble {
  /** And what to do. */
  readonly message: string;
  /** It is there, and says no: to our token, or to everybody. */
  readonly answers: boolean;
}

export interface Health {
  /** How often in a row it could not be asked, as far as that is counted. */
  readonly failedLooks: number;
  readonly conditions: readonly Condition[];
}

export interface HealthAfter extends Health {
  readonly isChanged: boolean;
  readonly news: 'unreachable' | 'recovered' | null;
}

/** What was found when a cluster was looked at. */
export interface HealthLook {
  readonly at: Date;
  /** Null when it can be asked. */
  readonly trouble: Trouble | null;
  /** Of its Prometheus; null: it has none that we know of. */
  readonly statistics: ConditionStatement | null;
}

/** What a look at a cluster makes of what was known. */
export function healthAfter(before: Health, { trouble, statistics, at }: HealthLook): HealthAfter {
  const failedLooks = trouble === null ? 0 : Math.min(before.failedLooks + 1, LOOKS_UNTIL_UNREACHABLE);
  const isDoubtful = failedLooks > 0 && failedLooks < LOOKS_UNTIL_UNREACHABLE;
  const reachable = isDoubtful ? before.conditions.filter(({ type }) => type !== STATISTICS) : [stated(trouble)];
  const conditions = mergeConditions(before.conditions, [...reachable, ...(statistics ? [statistics] : [])], at);
  const isChanged = failedLooks !== before.failedLooks || !sameConditions(before.conditions, conditions);
  const [was, is] = [statusOf(before.conditions), statusOf(conditions)];
  if (was !== 'false' && is === 'false') return { failedLooks, conditions, isChanged, news: 'unreachable' };
  return { failedLooks, conditions, isChanged, news: was === 'false' && is === 'true' ? 'recovered' : null };
}

/** Nothing of it was heard any more by looks in a row. Who refuses us runs on. */
export const isFoundUnreachable = (conditions: readonly Condition[]): boolean =>
  reachableOf(conditions)?.reason === SILENT;

/** The same of those around `c` in SQL. */
export const isUnreachable = `c.conditions @> '[{"type": "Reachable", "reason": "${SILENT}"}]'`;

/** Looks in a row found that it cannot be asked, whether it is silent or refuses us, of those around `c` in SQL. */
export const isOutOfReach = `c.conditions @> '[{"type": "Reachable", "status": "false"}]'`;

/** What is known of that, of the cluster around `c`; null while it can be asked, or was removed. */
export const outOfReach = `(select each from jsonb_array_elements(c.conditions) each
    where c.removed_at is null and each->>'type' = 'Reachable' and each->>'status' = 'false')`;

/** Of those it is there, and refuses us. */
export const isRefused = `c.conditions @> '[{"type": "Reachable", "reason": "Refuses"}]'`;

function stated(trouble: Trouble | null): ConditionStatement {
  if (trouble === null) return { type: 'Reachable', status: 'true', reason: 'Answers', message: 'It answers' };
  const { message, answers } = trouble;
  return { type: 'Reachable', status: 'false', reason: answers ? 'Refuses' : SILENT, message };
}

const reachableOf = (conditions: readonly Condition[]) => conditions.find(({ type }) => type === 'Reachable');
const statusOf = (conditions: readonly Condition[]) => reachableOf(conditions)?.status;
