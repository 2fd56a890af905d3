import type {
  ClusterCredentials,
  ClusterReport,
  ClusterSettings,
  CreateCluster,
  UpdateCluster,
} from '@berth/contracts/deployment';
import { clusterRegistered } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { MEASUREMENTS } from '../measurements/measurement-queue.js';
import type { ClusterRow } from './cluster.js';
import { ClusterLooks } from './cluster-looks.js';
import { CLUSTERS } from './cluster-queue.js';
import { ClusterSetups } from './cluster-setups.js';
import { clusterErrors } from './clusters.errors.js';
import { type ClusterPatch, ClustersRepository, type NewCluster } from './clusters.repository.js';

/** What it takes to let workloads onto a cluster: it is looked at before anything is stored. */
@Injectable()
export class Registrations {
  constructor(
    private readonly clusters: ClustersRepository,
    private readonly setups: ClusterSetups,
    private readonly looks: ClusterLooks,
    private readonly outbox: Outbox,
    private readonly queue: WorkQueue,
    private readonly ids: Mint,
  ) {}

  /** @throws 422 with all that is wrong and what to do about it */
  async prepare({ name, region, credentials, settings }: CreateCluster): Promise<NewCluster> {
    const id = this.ids.id();
    requireAddressee(credentials, settings);
    const server = await this.requireFit(credentials, settings);
    return {
      id,
      name,
      region,
      server,
      settings,
      credentials: this.setups.seal(id, credentials),
      createdAt: this.ids.now(),
    };
  }

  /** @throws as `prepare` */
  async preparePatch({ id, settings: current }: ClusterRow, body: UpdateCluster): Promise<ClusterPatch> {
    const { region, credentials, settings } = body;
    const changed = { ...(region !== undefined && { region }), ...(settings && { settings }) };
    const together = settings ?? current;
    if (!together || (!credentials && !settings)) return changed;
    if (credentials) requireAddressee(credentials, together);
    const next = credentials ?? (await this.keptCredentials(id, current, together));
    const server = await this.requireFit(next, together);
    return { ...changed, server, credentials: this.setups.seal(id, next) };
  }

  /** @throws 409 when the name is taken */
  async insert(tx: Tx, cluster: NewCluster): Promise<void> {
    if (!(await this.clusters.insert(tx, cluster))) {
      throw clusterErrors.ClusterNameTaken(`There is a cluster "${cluster.name}".`, { pointer: '/name' });
    }
    const { id, name, region } = cluster;
    await this.outbox.append(tx, clusterRegistered, { subject: id, data: { clusterId: id, name, region } });
    await this.queue.enqueue(tx, CLUSTERS, id);
    await this.queue.enqueue(tx, MEASUREMENTS, id);
  }

  async update(tx: Tx, id: string, patch: ClusterPatch): Promise<void> {
    await this.clusters.update(tx, id, patch);
    await this.queue.enqueue(tx, CLUSTERS, id);
  }

  /** Answers false while something stands there. */
  async remove(tx: Tx, id: string): Promise<boolean> {
    if (!(await this.clusters.remove(tx, id, this.ids.now()))) return false;
    await this.queue.remove(tx, CLUSTERS, id);
    return true;
  }

  async report(cluster: ClusterRow): Promise<ClusterReport> {
    const setup = await this.setups.of(cluster);
    return setup ? this.looks.report(setup) : { isFit: true, version: null, checks: [] };
  }

  /** What was given for one address is shown to no other, and not kept for none. */
  private async keptCredentials(
    id: string,
    former: ClusterSettings | null,
    { prometheus }: ClusterSettings,
  ): Promise<ClusterCredentials> {
    const { prometheusToken, ...rest } = await this.setups.credentialsOf(id);
    if (prometheusToken === undefined || !prometheus) return rest;
    if (former?.prometheus?.url === prometheus.url) return { ...rest, prometheusToken };
    const detail =
      'The token for Prometheus was given for another address: give the credentials anew, with it or without.';
    throw clusterErrors.PrometheusMoved(detail, { pointer: '/settings/prometheus/url' });
  }

  private async requireFit(credentials: ClusterCredentials, settings: ClusterSettings): Promise<string> {
    const setup = await this.setups.parse(credentials, settings);
    const { isFit, checks } = await this.looks.report(setup);
    if (isFit) return setup.access.server;
    const wrong = checks.filter(({ outcome }) => outcome === 'failed');
    const detail = wrong.map(({ message, nextStep }) => `${message} ${nextStep}`).join(' ');
    throw clusterErrors.ClusterUnfit(detail, { pointer: pointerOf(wrong.map(({ name }) => name)) });
  }
}

/** A token is for somebody. */
function requireAddressee({ prometheusToken }: ClusterCredentials, { prometheus }: ClusterSettings): void {
  if (prometheusToken === undefined || prometheus) return;
  const detail = 'There is a token for Prometheus and no settings.prometheus: name both, or none.';
  throw clusterErrors.PrometheusMissing(detail, { pointer: '/settings/prometheus' });
}

function pointerOf(names: readonly string[]): string {
  if (names.every((name) => name === 'gateway')) return '/settings/gateway';
  return names.every((name) => name === 'ingress') ? '/settings/ingressClass' : '/credentials';
}
