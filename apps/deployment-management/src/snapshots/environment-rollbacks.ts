import type { Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { EnvironmentRollback, RollBackEnvironment } from '@berth/contracts/deployment';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { notFound } from '../not-found.js';
import { RollbackPlans } from './rollback-plans.js';
import { RollbackStarter } from './rollback-starter.js';
import { type DeploymentEnd, type PlannedItem, type RollbackRow, toRollback } from './snapshot.js';
import { snapshotErrors } from './snapshots.errors.js';
import { SnapshotsRepository } from './snapshots.repository.js';

/** Takes all apps of an environment back to a snapshot: every one of them, or none unless the caller allows it. */
@Injectable()
export class EnvironmentRollbacks {
  constructor(
    private readonly database: Database,
    private readonly snapshots: SnapshotsRepository,
    private readonly environments: EnvironmentsService,
    private readonly plans: RollbackPlans,
    private readonly starter: RollbackStarter,
    private readonly mint: Mint,
  ) {}

  /** @throws 422 when there is no such snapshot, or some of its apps cannot go back and that was not allowed */
  async begin(caller: Caller, environmentId: string, body: RollBackEnvironment): Promise<EnvironmentRollback> {
    const { organizationId } = await this.environments.get(caller, environmentId, 'deployments:create');
    const snapshot = await this.snapshots.find(this.database, body.snapshotId);
    if (snapshot?.environmentId !== environmentId)
      throw snapshotErrors.SnapshotUnknown('The environment has no such snapshot.', { pointer: '/snapshotId' });
    const steps = await this.plans.of(caller, snapshot);
    const made = { id: this.mint.id(), createdBy: caller.subjectId, createdAt: this.mint.now() };
    return this.database.transaction(async (tx) => {
      await this.environments.hold(tx, environmentId);
      const items = await this.starter.start(tx, steps, caller);
      if (!body.partial) requireWhole(items);
      const row: RollbackRow = { ...made, environmentId, snapshotId: snapshot.id, items };
      await this.snapshots.insertRollback(tx, row);
      await this.starter.act(tx, row, organizationId, caller);
      return this.report(tx, row);
    });
  }

  async list(caller: Caller, environmentId: string, query: PageQuery): Promise<Page<EnvironmentRollback>> {
    await this.environments.get(caller, environmentId, 'deployments:read');
    const rows = await this.snapshots.listRollbacks(this.database.confined, environmentId, query);
    const page = toPage(rows, query.limit, ({ id }) => id);
    return { ...page, items: await this.reports(this.database, page.items) };
  }

  async get(caller: Caller, environmentId: string, id: string): Promise<EnvironmentRollback> {
    await this.environments.get(caller, environmentId, 'deployments:read');
    const row = await this.snapshots.findRollback(this.database, id);
    if (row?.environmentId !== environmentId) throw notFound();
    return this.report(this.database, row);
  }

  private async report(sql: Database | Tx, row: RollbackRow): Promise<EnvironmentRollback> {
    return toRollback(row, await this.endsOf(sql, [row]));
  }

  private async reports(sql: Database, rows: readonly RollbackRow[]): Promise<EnvironmentRollback[]> {
    const ends = await this.endsOf(sql, rows);
    return rows.map((row) => toRollback(row, ends));
  }

  private endsOf(sql: Database | Tx, rows: readonly RollbackRow[]): Promise<ReadonlyMap<string, DeploymentEnd>> {
    const ids = rows.flatMap(({ items }) => items.flatMap(({ deploymentId }) => deploymentId ?? []));
    return this.snapshots.endsOf(sql, ids);
  }
}

function requireWhole(items: readonly PlannedItem[]): void {
  const lost = items.filter(({ plan }) => plan === 'impossible');
  if (lost.length === 0) return;
  const detail = lost.map(({ app, message }) => `${app}: ${message}`).join(' ');
  throw snapshotErrors.SnapshotNotRestorable(`Not every app can go back, so none did. ${detail}`, {
    pointer: '/snapshotId',
  });
}
