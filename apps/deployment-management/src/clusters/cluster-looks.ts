import type { ClusterReport } from '@berth/contracts/deployment';
import type { KubeClient } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ClusterSetup } from '../runtime/kubernetes/kubernetes-runtime.js';
import { statisticsCheck } from '../runtime/prometheus/statistics-check.js';
import { statisticsCondition } from '../runtime/prometheus/statistics-condition.js';
import type { ClusterRow } from './cluster.js';
import type { HealthLook, Trouble } from './cluster-health.js';
import { ClusterSetups } from './cluster-setups.js';

/** Longest look at a whole cluster: a person waits for it. */
const REPORT_MILLISECONDS = 20_000;
const HEALTH_MILLISECONDS = 5_000;

/** Looks at clusters by way of connections of their own, which are closed when the look is over. */
@Injectable()
export class ClusterLooks {
  constructor(
    private readonly setups: ClusterSetups,
    private readonly clock: Clock,
  ) {}

  /** Everything that workloads need of it. Never throws for what is wrong there. */
  async report(setup: ClusterSetup): Promise<ClusterReport> {
    const signal = AbortSignal.timeout(REPORT_MILLISECONDS);
    const [report, statistics] = await Promise.all([
      this.asking(setup, async (client) => {
        const { preflight } = await import('@berth/kubernetes');
        return preflight(client, setup.settings, signal);
      }),
      statisticsCheck(setup.prometheus, signal),
    ]);
    return { ...report, checks: [...report.checks, statistics] };
  }

  /** Null for a cluster that is none of Kubernetes. */
  async health(cluster: ClusterRow, signal: AbortSignal): Promise<HealthLook | null> {
    const setup = await this.setups.of(cluster);
    if (!setup) return null;
    const [trouble, statistics] = await Promise.all([
      this.asking(setup, (client) => troubleOf(client, signal)),
      setup.prometheus ? statisticsCondition(setup.prometheus, signal) : null,
    ]);
    return { at: this.clock.now(), trouble, statistics };
  }

  private async asking<Answer>(
    { access }: ClusterSetup,
    ask: (client: KubeClient) => Promise<Answer>,
  ): Promise<Answer> {
    // Read only where it is used: the client library of Kubernetes is large.
    const { KubeClient, Transport } = await import('@berth/kubernetes');
    const client = new KubeClient(new Transport(access, this.clock));
    try {
      return await ask(client);
    } finally {
      client.transport.close();
    }
  }
}

async function troubleOf(client: KubeClient, signal: AbortSignal): Promise<Trouble | null> {
  const { ApiError, cannotAsk, serverVersion } = await import('@berth/kubernetes');
  try {
    await serverVersion(client, AbortSignal.any([signal, AbortSignal.timeout(HEALTH_MILLISECONDS)]));
    return null;
  } catch (error) {
    const check = cannotAsk(error);
    if (!check || signal.aborted) throw error;
    return { message: `${check.message} ${check.nextStep}`, answers: error instanceof ApiError };
  }
}
