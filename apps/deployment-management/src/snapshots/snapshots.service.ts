import type { Caller, Permission } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { CreateSnapshot, Snapshot } from '@berth/contracts/deployment';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { notFound } from '../not-found.js';
import { type SnapshotRow, toSnapshot } from './snapshot.js';
import { SnapshotsRepository } from './snapshots.repository.js';

/** Keeps in mind what is live in an environment. */
@Injectable()
export class SnapshotsService {
  constructor(
    private readonly database: Database,
    private readonly snapshots: SnapshotsRepository,
    private readonly environments: EnvironmentsService,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  async create(caller: Caller, environmentId: string, { note }: CreateSnapshot): Promise<Snapshot> {
    const { organizationId } = await this.environments.get(caller, environmentId, 'deployments:create');
    return this.database.transaction(async (tx) => {
      await this.environments.hold(tx, environmentId);
      const workloads = await this.snapshots.workloadsOf(tx, environmentId);
      const made = { id: this.mint.id(), createdBy: caller.subjectId, createdAt: this.mint.now() };
      const row = { ...made, environmentId, organizationId, note, workloads };
      await this.snapshots.insert(tx, row);
      await this.record(tx, caller, row, {});
      return toSnapshot(row);
    });
  }

  async list(caller: Caller, environmentId: string, query: PageQuery): Promise<Page<Snapshot>> {
    await this.environments.get(caller, environmentId, 'releases:read');
    const page = toPage(
      await this.snapshots.list(this.database.confined, environmentId, query),
      query.limit,
      ({ id }) => id,
    );
    return { ...page, items: page.items.map(toSnapshot) };
  }

  async get(caller: Caller, id: string): Promise<Snapshot> {
    return toSnapshot(await this.require(caller, id, 'releases:read'));
  }

  /** Forgets what was live then; no release and no report of a rollback goes with it. */
  async remove(caller: Caller, id: string): Promise<void> {
    const row = await this.require(caller, id, 'deployments:create');
    await this.database.transaction(async (tx) => {
      if (!(await this.snapshots.delete(tx, id))) throw notFound();
      await this.record(tx, caller, row, { removed: true });
    });
  }

  private async require(caller: Caller, id: string, permission: Permission): Promise<SnapshotRow> {
    const row = await this.snapshots.find(this.database, id);
    if (!row) throw notFound();
    await this.environments.get(caller, row.environmentId, permission);
    return row;
  }

  private record(tx: Tx, by: Caller, { id, environmentId, organizationId }: SnapshotRow, more: object): Promise<void> {
    const target = { kind: 'environment', id: environmentId };
    const detail = { snapshotId: id, ...more };
    return this.changes.act(tx, { by, action: 'deployments:create', target, organizationId, detail });
  }
}
