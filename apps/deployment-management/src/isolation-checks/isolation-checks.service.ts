import { Access, Audit, type Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { CreateIsolationCheck, IsolationCheck } from '@berth/contracts/deployment';
import { WorkQueue } from '@berth/reconcile';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import type { ClusterRow } from '../clusters/cluster.js';
import { notFound } from '../not-found.js';
import { deadlineOf, type IsolationCheckRow, noWalls, toIsolationCheck } from './isolation-check.js';
import { ISOLATION_CHECKS } from './isolation-check-queue.js';
import { isolationCheckErrors } from './isolation-checks.errors.js';
import { IsolationStores } from './isolation-stores.js';

/** Asks for checks of the walls between tenants, and tells what each has found. */
@Injectable()
export class IsolationChecksService {
  constructor(
    private readonly database: Database,
    private readonly stores: IsolationStores,
    private readonly access: Access,
    private readonly audit: Audit,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** @throws 409 while another check of the cluster has not ended */
  async request(caller: Caller, clusterId: string, { image }: CreateIsolationCheck): Promise<IsolationCheck> {
    this.access.requireOnPlatform(caller, 'clusters:update');
    return this.database.transaction(async (tx) => {
      const cluster = await this.stores.clusters.lock(tx, clusterId);
      if (!cluster) throw notFound();
      const check = await this.checkOf(cluster, image, caller);
      await this.insert(tx, check);
      const target = { kind: 'cluster', id: clusterId };
      const detail = { isolationCheck: check.id };
      await this.audit.record(tx, { by: caller, action: 'clusters:update', target, organizationId: null, detail });
      return toIsolationCheck(check);
    });
  }

  async list(caller: Caller, clusterId: string, query: PageQuery): Promise<Page<IsolationCheck>> {
    this.access.requireOnPlatform(caller, 'clusters:read');
    const rows = await this.stores.checks.list(this.database, clusterId, query);
    const page = toPage(rows, query.limit, ({ id }) => id);
    return { ...page, items: page.items.map(toIsolationCheck) };
  }

  async get(caller: Caller, clusterId: string, id: string): Promise<IsolationCheck> {
    this.access.requireOnPlatform(caller, 'clusters:read');
    const check = await this.stores.checks.find(this.database, id);
    if (check?.clusterId !== clusterId) throw notFound();
    return toIsolationCheck(check);
  }

  /** Where there is no Kubernetes nothing has to be tried to know that there are no walls. */
  private async checkOf(cluster: ClusterRow, image: string | null, caller: Caller): Promise<IsolationCheckRow> {
    const createdAt = this.mint.now();
    const isKubernetes = (await this.stores.setups.of(cluster)) !== null;
    return {
      ...{ id: this.mint.id(), clusterId: cluster.id, intruderId: this.mint.id(), neighbourId: this.mint.id(), image },
      ...{ walls: isKubernetes ? null : noWalls, heldBy: null, requestedBy: caller.subjectId, createdAt },
      ...{ deadlineAt: deadlineOf(createdAt), endedAt: isKubernetes ? null : createdAt },
    };
  }

  private async insert(tx: Tx, check: IsolationCheckRow): Promise<void> {
    if (!(await this.stores.checks.insert(tx, check)))
      throw isolationCheckErrors.IsolationCheckRunning('Another check of this cluster has not ended yet.');
    if (check.endedAt === null) await this.queue.enqueue(tx, ISOLATION_CHECKS, check.id);
  }
}
