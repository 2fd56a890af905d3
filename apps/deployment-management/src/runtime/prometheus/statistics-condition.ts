import type { ConditionStatement } from '../../workloads/conditions.js';
import { type Prometheus, PrometheusTrouble } from './prometheus.js';

export const STATISTICS = 'Statistics';
export const HAS_NO_FIGURES = 'HasNoFigures';
const NEEDED = 'container_memory_working_set_bytes';
const LOOK_MILLISECONDS = 5_000;

/** What a look at the Prometheus of a cluster makes of it. */
export async function statisticsCondition(prometheus: Prometheus, signal: AbortSignal): Promise<ConditionStatement> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MILLISECONDS)]);
  try {
    const [found] = await prometheus.query(`count(${NEEDED})`, bounded);
    return found ? known : lacking(HAS_NO_FIGURES, `Prometheus answers, and has no ${NEEDED}: let it scrape cAdvisor.`);
  } catch (error) {
    if (!(error instanceof PrometheusTrouble) || signal.aborted) throw error;
    return lacking(error.reason, error.message);
  }
}

const known: ConditionStatement = {
  ...{ type: STATISTICS, status: 'true', reason: 'Prometheus' },
  message: 'Prometheus says what instances use',
};

const lacking = (reason: string, message: string): ConditionStatement => ({
  ...{ type: STATISTICS, status: 'false', reason },
  message: `${message} Until then statistics come from metrics.k8s.io.`,
});
