import type { Caller } from '@berth/access';
import { bytesIn, isFileName } from '@berth/contracts/common';
import type {
  ChangeConfig,
  ChangeSecrets,
  Config,
  ConfigChange,
  EffectiveConfig,
  EffectiveSecrets,
  SecretList,
  SecretsChange,
} from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { pinnedIn } from '../secrets/pinned-secrets.js';
import { SecretStore, toRevoked, toSecretItem } from '../secrets/secret-store.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import { ConfigChanges } from './config-changes.js';
import { plainFiles } from './config-files.js';
import { plainEntries, plainVariables } from './config-version.js';
import { EffectiveConfigs } from './effective-configs.js';
import { ConfigVersionsRepository } from './config-versions.repository.js';

@Injectable()
export class ConfigService {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadAccess,
    private readonly configs: ConfigVersionsRepository,
    private readonly secrets: SecretStore,
    private readonly changes: ConfigChanges,
    private readonly effective: EffectiveConfigs,
  ) {}

  /** The plain variables and files of the current version. */
  async get(caller: Caller, workloadId: string): Promise<Config> {
    await this.workloads.require(caller, workloadId, 'config:read');
    const { number, entries, createdAt } = await this.configs.current(this.database, workloadId);
    return {
      workloadId,
      version: number,
      variables: plainVariables(entries),
      files: plainFiles(entries),
      createdAt: createdAt?.toISOString() ?? null,
    };
  }

  /** What the next release gets, whatever scope it is of. */
  async getEffective(caller: Caller, workloadId: string): Promise<EffectiveConfig> {
    const workload = await this.workloads.require(caller, workloadId, 'config:read');
    const { number: version, items } = await this.effective.scoped(this.database, workload);
    const plain = items.flatMap(({ name, scope, entry }) =>
      'value' in entry
        ? [{ name, value: entry.value, scope, ...(isFileName(name) && { bytes: bytesIn(entry.value) }) }]
        : [],
    );
    return { workloadId, version, scopeVersions: workload.nextScopeVersions, items: plain };
  }

  async listEffectiveSecrets(caller: Caller, workloadId: string): Promise<EffectiveSecrets> {
    const workload = await this.workloads.require(caller, workloadId, 'secrets:read');
    const { items } = await this.effective.scoped(this.database, workload);
    const scopes = new Map(items.map(({ name, scope }) => [name, scope]));
    const pinned = pinnedIn(Object.fromEntries(items.map(({ name, entry }) => [name, entry])));
    const versions = await this.secrets.describe(this.database, pinned);
    return {
      workloadId,
      items: versions.map((each) => ({ ...toSecretItem(each), scope: scopes.get(each.name) ?? 'workload' })),
    };
  }

  async change(
    caller: Caller,
    workloadId: string,
    body: ChangeConfig,
    precondition?: Precondition,
  ): Promise<ConfigChange> {
    await this.workloads.require(caller, workloadId, 'config:update');
    const set = plainEntries(body.set);
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId, precondition);
      return this.changes.apply(tx, workload, { set, unset: body.unset, by: caller, action: 'config:update' });
    });
  }

  /** Names and versions; a value is never answered. */
  async listSecrets(caller: Caller, workloadId: string): Promise<SecretList> {
    await this.workloads.require(caller, workloadId, 'secrets:read');
    const { entries } = await this.configs.current(this.database, workloadId);
    const versions = await this.secrets.describe(this.database, pinnedIn(entries));
    return {
      workloadId,
      items: versions.map(toSecretItem),
    };
  }

  async changeSecrets(caller: Caller, workloadId: string, body: ChangeSecrets): Promise<SecretsChange> {
    await this.workloads.require(caller, workloadId, 'secrets:update');
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId);
      const set = await this.secrets.addAll(tx, workloadId, body.set);
      const former = body.revokeFormer ? [...Object.keys(set), ...body.unset] : [];
      const revoked = await this.secrets.revokeFormer(tx, workloadId, former, set);
      const change = { set, unset: body.unset, revoked: revoked.map(toRevoked), by: caller };
      const made = await this.changes.apply(tx, workload, { ...change, action: 'secrets:update' });
      return { ...made, revoked: change.revoked };
    });
  }
}
