import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { type ConfigEntries, type ConfigVersion, hashOfEntries } from './config-version.js';
import { ConfigVersionsRepository } from './config-versions.repository.js';
import { rebase } from './rebase.js';

/** Makes config versions. The caller holds the workload's row lock, which makes their numbers contiguous. */
@Injectable()
export class ConfigWriter {
  constructor(
    private readonly configs: ConfigVersionsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly mint: Mint,
  ) {}

  async add(tx: Tx, workloadId: string, entries: ConfigEntries, createdBy: string): Promise<ConfigVersion> {
    const number = await this.workloads.nextNumber(tx, workloadId, 'config_versions');
    return this.insert(tx, workloadId, number, entries, createdBy);
  }

  /** Adds a version to what has numbers of its own. */
  async insert(
    tx: Tx,
    ownerId: string,
    number: number,
    entries: ConfigEntries,
    createdBy: string,
  ): Promise<ConfigVersion> {
    const version = { ownerId, number, entries, hash: hashOfEntries(entries), createdAt: this.mint.now() };
    await this.configs.insert(tx, version, createdBy);
    return version;
  }

  /** Adds the version that changes start from, from now on. */
  async addCurrent(tx: Tx, workloadId: string, entries: ConfigEntries, createdBy: string): Promise<ConfigVersion> {
    const version = await this.add(tx, workloadId, entries, createdBy);
    await this.workloads.setConfigVersion(tx, workloadId, version.number);
    return version;
  }

  /**
   * The config of a release is current again; what was changed since `before` is laid over it. `workload` was read under its
   * row lock.
   */
  async restore(tx: Tx, { id, configVersion }: WorkloadRow, before: number, released: number): Promise<void> {
    if (configVersion === before) return this.workloads.setConfigVersion(tx, id, released);
    const [base, changed, onto] = [
      await this.configs.find(tx, id, before),
      await this.configs.find(tx, id, configVersion),
      await this.configs.find(tx, id, released),
    ];
    await this.addCurrent(tx, id, rebase(base.entries, changed.entries, onto.entries), 'platform');
  }
}
