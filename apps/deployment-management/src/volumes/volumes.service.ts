import type { Caller } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreateVolume, UpdateVolume, Volume, VolumeQuery } from '@berth/contracts/deployment';
import { Database, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { notFound } from '../not-found.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import { VolumeChanges } from './volume-changes.js';
import { VolumeRules } from './volume-rules.js';
import { toVolume, type VolumeRow } from './volume.js';
import { VolumesRepository } from './volumes.repository.js';

/** Volumes of a workload change at once, under its row lock; instances that are there get them by being replaced. */
@Injectable()
export class VolumesService {
  constructor(
    private readonly database: Database,
    private readonly volumes: VolumesRepository,
    private readonly access: WorkloadAccess,
    private readonly rules: VolumeRules,
    private readonly changes: VolumeChanges,
  ) {}

  async create(caller: Caller, body: CreateVolume, precondition?: Precondition): Promise<Volume> {
    const workload = await this.access.require(caller, body.workloadId, 'volumes:create');
    await this.rules.requirePossible(this.database, workload, body);
    return this.database.transaction(async (tx) => {
      const locked = await this.access.lock(tx, workload.id, precondition);
      return toVolume(await this.changes.create(tx, locked, body, caller));
    });
  }

  async get(caller: Caller, id: string): Promise<Volume> {
    return toVolume(await this.require(caller, id, 'volumes:read'));
  }

  async list(caller: Caller, query: VolumeQuery): Promise<Page<Volume>> {
    await this.access.require(caller, query.workload, 'volumes:read');
    const page = toPage(await this.volumes.list(this.database.confined, query), query.limit, ({ id }) => id);
    return { ...page, items: page.items.map(toVolume) };
  }

  async grow(
    caller: Caller,
    id: string,
    { sizeMib }: UpdateVolume,
    ifMatch: string | undefined,
    precondition?: Precondition,
  ): Promise<Volume> {
    const read = await this.require(caller, id, 'volumes:update');
    await this.rules.requireGrowth(read, sizeMib);
    return this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, read.workloadId, precondition);
      const volume = await this.wanted(tx, id);
      requireMatch(ifMatch, volume.generation);
      return toVolume(await this.changes.grow(tx, workload, volume, sizeMib, caller));
    });
  }

  /** What is in it is lost when the runtime has let go of it. */
  async remove(caller: Caller, id: string): Promise<void> {
    const { workloadId } = await this.require(caller, id, 'volumes:delete');
    await this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, workloadId);
      await this.changes.remove(tx, workload, await this.wanted(tx, id), caller);
    });
  }

  private async require(
    caller: Caller,
    id: string,
    permission: Parameters<WorkloadAccess['require']>[2],
  ): Promise<VolumeRow> {
    const volume = await this.volumes.find(this.database, id);
    if (!volume) throw notFound();
    await this.access.require(caller, volume.workloadId, permission);
    return volume;
  }

  private async wanted(tx: Tx, id: string): Promise<VolumeRow> {
    const volume = await this.volumes.find(tx, id);
    if (!volume || volume.isDeleted) throw notFound();
    return volume;
  }
}
