import type { ClusterCheck } from '@berth/contracts/deployment';
import { type Prometheus, type PrometheusTrouble } from './prometheus.js';
import { HAS_NO_FIGURES, statisticsCondition } from './statistics-condition.js';

const nextSteps: Readonly<Record<PrometheusTrouble['reason'] | typeof HAS_NO_FIGURES, string>> = {
  DoesNotAnswer: 'Start it, or name the one that there is (settings.prometheus).',
  IsNotAsked: 'Name a public address by https, or set PRIVATE_PROMETHEUS=true for one of the own network.',
  Refuses: 'Give the token that it takes (credentials.prometheusToken).',
  IsNoPrometheus: 'Name what comes before /api/v1 (settings.prometheus.url).',
  [HAS_NO_FIGURES]: 'Let it scrape the cAdvisor of each kubelet.',
};

const none: ClusterCheck = {
  ...{ name: 'statistics', outcome: 'warning' },
  message: 'No Prometheus is configured: live statistics say nothing of the network.',
  nextStep: 'To have that: settings.prometheus of the cluster, or CLUSTER_PROMETHEUS_URL for the own one.',
};

/** The condition `Statistics` for whoever asks what a cluster lacks. Nothing depends on it but what is shown: it never fails. */
export async function statisticsCheck(prometheus: Prometheus | undefined, signal: AbortSignal): Promise<ClusterCheck> {
  if (!prometheus) return none;
  const { status, reason, message } = await statisticsCondition(prometheus, signal);
  if (status === 'true') return { name: 'statistics', outcome: 'passed', message: `${message}.`, nextStep: null };
  return { name: 'statistics', outcome: 'warning', message, nextStep: nextSteps[reason as keyof typeof nextSteps] };
}
