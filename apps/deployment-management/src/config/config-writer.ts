import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { type ConfigEntries, type ConfigVersion, hashOfEntries } from './config-version.js';
import { ConfigVersionsRepository } from './config-versions.repository.js';

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
    const version = { workloadId, number, entries, hash: hashOfEntries(entries), createdAt: this.mint.now() };
    await this.configs.insert(tx, version, createdBy);
    return version;
  }

  /** Adds the version that changes start from, from now on. */
  async addCurrent(tx: Tx, workloadId: string, entries: ConfigEntries, createdBy: string): Promise<ConfigVersion> {
    const version = await this.add(tx, workloadId, entries, createdBy);
    await this.workloads.setConfigVersion(tx, workloadId, version.number);
    return version;
  }
}
