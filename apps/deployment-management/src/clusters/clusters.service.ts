import { Access, Audit, type Caller, type Change, changedFrom, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { Cluster, ClusterQuery, ClusterReport, CreateCluster, UpdateCluster } from '@berth/contracts/deployment';
import { Database, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { notFound } from '../not-found.js';
import { type ClusterRow, toCluster } from './cluster.js';
import { ClusterEnd } from './cluster-end.js';
import { Registrations } from './registrations.js';
import { clusterErrors } from './clusters.errors.js';
import { ClustersRepository } from './clusters.repository.js';

/** Clusters belong to the platform: its administrators register and look after them. */
@Injectable()
export class ClustersService {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersRepository,
    private readonly registrations: Registrations,
    private readonly end: ClusterEnd,
    private readonly access: Access,
    private readonly audit: Audit,
  ) {}

  async register(caller: Caller, body: CreateCluster): Promise<Cluster> {
    this.access.requireOnPlatform(caller, 'clusters:update');
    const cluster = await this.registrations.prepare(body);
    return this.database.transaction(async (tx) => {
      await this.registrations.insert(tx, cluster);
      await this.record(tx, caller, cluster.id, { name: cluster.name, server: cluster.server });
      return toCluster(await this.row(tx, cluster.id));
    });
  }

  async list(caller: Caller, query: ClusterQuery): Promise<Page<Cluster>> {
    this.access.requireOnPlatform(caller, 'clusters:read');
    const page = toPage(await this.clusters.list(this.database.confined, query), query.limit, ({ id }) => id);
    return { ...page, items: page.items.map(toCluster) };
  }

  async get(caller: Caller, id: string): Promise<Cluster> {
    return toCluster(await this.require(caller, id, 'clusters:read'));
  }

  /** Looks at it now. */
  async report(caller: Caller, id: string): Promise<ClusterReport> {
    return this.registrations.report(await this.require(caller, id, 'clusters:read'));
  }

  /** Credentials and settings take effect when the cluster is fit with them. */
  async update(caller: Caller, id: string, body: UpdateCluster, ifMatch: string | undefined): Promise<Cluster> {
    const read = await this.requireRegistered(caller, id);
    requireMatch(ifMatch, read.generation);
    const patch = await this.registrations.preparePatch(read, body);
    return this.database.transaction(async (tx) => {
      const former = await this.clusters.lock(tx, id);
      requireMatch(ifMatch, former?.generation ?? 0);
      await this.registrations.update(tx, id, patch);
      const next = await this.row(tx, id);
      const credentials = (which: string) => (body.credentials ? { credentials: which } : {});
      const was = { ...(former && settingsOf(former)), ...credentials('former') };
      const change = changedFrom(was, { ...settingsOf(next), ...credentials('next') });
      await this.record(tx, caller, id, { changed: Object.keys(body) }, change);
      return toCluster(next);
    });
  }

  async cordon(caller: Caller, id: string, isCordoned: boolean): Promise<Cluster> {
    await this.require(caller, id, 'clusters:update');
    return this.database.transaction(async (tx) => {
      const cluster = await this.clusters.lock(tx, id);
      if (!cluster) throw notFound();
      if (cluster.isCordoned === isCordoned) return toCluster(cluster);
      await this.clusters.cordon(tx, id, isCordoned);
      const change = changedFrom({ isCordoned: cluster.isCordoned }, { isCordoned });
      await this.record(tx, caller, id, { isCordoned }, change);
      return toCluster(await this.row(tx, id));
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.requireRegistered(caller, id);
    await this.database.transaction(async (tx) => {
      const former = await this.clusters.lock(tx, id);
      if (!(await this.registrations.remove(tx, id))) {
        throw clusterErrors.ClusterInUse(
          'Environments, workloads or a running isolation check are there: end them first.',
        );
      }
      await this.end.letGo(tx, id);
      await this.record(tx, caller, id, { removed: true }, changedFrom(former ? settingsOf(former) : {}, {}));
    });
  }

  /** Although something stands there: nobody reaches it any more. @throws 409 while it answers */
  async giveUp(caller: Caller, id: string): Promise<void> {
    const seen = await this.requireRegistered(caller, id);
    await this.end.requireGone(seen);
    await this.database.transaction(async (tx) => {
      const cluster = await this.clusters.lock(tx, id);
      if (!cluster) throw notFound();
      this.end.requireUnchanged(seen, cluster);
      const left = await this.end.giveUp(tx, cluster);
      await this.record(tx, caller, id, { removed: true, forced: true, name: cluster.name, ...left });
    });
  }

  private async requireRegistered(caller: Caller, id: string): Promise<ClusterRow> {
    const cluster = await this.require(caller, id, 'clusters:update');
    if (!cluster.isOwn) return cluster;
    throw clusterErrors.ClusterIsOwn('The installation was set up with it: change its configuration instead.');
  }

  private require(caller: Caller, id: string, permission: Permission): Promise<ClusterRow> {
    this.access.requireOnPlatform(caller, permission);
    return this.row(this.database, id);
  }

  private async row(sql: Database | Tx, id: string): Promise<ClusterRow> {
    const cluster = await this.clusters.find(sql, id);
    if (!cluster) throw notFound();
    return cluster;
  }

  private record(tx: Tx, by: Caller, id: string, detail: Record<string, unknown>, change?: Change): Promise<void> {
    const act = { by, action: 'clusters:update', target: { kind: 'cluster', id }, organizationId: null, detail };
    return this.audit.record(tx, change ? { ...act, change } : act);
  }
}

const settingsOf = ({ name, region, server, settings }: ClusterRow) => ({ name, region, server, settings });
