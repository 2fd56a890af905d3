import type { Caller } from '@berth/access';
import type { ChangeConfig, ChangeSecrets, Config, ConfigChange, SecretList } from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { SecretStore } from '../secrets/secret-store.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import { ConfigChanges } from './config-changes.js';
import type { ConfigEntries, ConfigEntry } from './config-version.js';
import { ConfigVersionsRepository } from './config-versions.repository.js';

@Injectable()
export class ConfigService {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadAccess,
    private readonly configs: ConfigVersionsRepository,
    private readonly secrets: SecretStore,
    private readonly changes: ConfigChanges,
  ) {}

  /** The plain variables of the current version. */
  async get(caller: Caller, workloadId: string): Promise<Config> {
    await this.workloads.require(caller, workloadId, 'config:read');
    const { number, entries, createdAt } = await this.configs.current(this.database, workloadId);
    const plain = Object.entries(entries).flatMap(([name, entry]) =>
      'value' in entry ? [[name, entry.value] as const] : [],
    );
    return {
      workloadId,
      version: number,
      variables: Object.fromEntries(plain),
      createdAt: createdAt?.toISOString() ?? null,
    };
  }

  async change(
    caller: Caller,
    workloadId: string,
    body: ChangeConfig,
    precondition?: Precondition,
  ): Promise<ConfigChange> {
    await this.workloads.require(caller, workloadId, 'config:update');
    const set = mapValues(body.set, (value): ConfigEntry => ({ value }));
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId, precondition);
      return this.changes.apply(tx, workload, { set, unset: body.unset, by: caller, action: 'config:update' });
    });
  }

  /** Names and versions; a value is never answered. */
  async listSecrets(caller: Caller, workloadId: string): Promise<SecretList> {
    await this.workloads.require(caller, workloadId, 'secrets:read');
    const { entries } = await this.configs.current(this.database, workloadId);
    const ids = Object.values(entries).flatMap((entry) => ('secretVersionId' in entry ? [entry.secretVersionId] : []));
    const versions = await this.secrets.describe(this.database, ids);
    return {
      workloadId,
      items: versions.map(({ name, number, createdAt }) => ({
        name,
        version: number,
        createdAt: createdAt.toISOString(),
      })),
    };
  }

  async changeSecrets(caller: Caller, workloadId: string, body: ChangeSecrets): Promise<ConfigChange> {
    await this.workloads.require(caller, workloadId, 'secrets:update');
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId);
      const set: Record<string, ConfigEntry> = {};
      for (const [name, value] of Object.entries(body.set)) {
        set[name] = { secretVersionId: (await this.secrets.add(tx, workloadId, name, value)).id };
      }
      return this.changes.apply(tx, workload, { set, unset: body.unset, by: caller, action: 'secrets:update' });
    });
  }
}

const mapValues = (values: Readonly<Record<string, string>>, map: (value: string) => ConfigEntry): ConfigEntries =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
