import { type Caller, changedFrom } from '@berth/access';
import type { RevokeSecret, SecretRevocation } from '@berth/contracts/deployment';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { ConfigChanges } from '../config/config-changes.js';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import type { ConfigEntries } from '../config/config-version.js';
import { pinnedIn, type SecretVersion } from './pinned-secrets.js';
import { SecretStore } from './secret-store.js';
import { secretErrors } from './secrets.errors.js';

/** Takes secret versions out of use: out of every release from now on, and away from what runs. */
@Injectable()
export class SecretRevocations {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadAccess,
    private readonly secrets: SecretStore,
    private readonly configs: ConfigVersionsRepository,
    private readonly configChanges: ConfigChanges,
    private readonly changes: Changes,
  ) {}

  /** @throws 422 when there is no such version, 409 when the current config uses it */
  async revoke(caller: Caller, workloadId: string, body: RevokeSecret): Promise<SecretRevocation> {
    await this.workloads.require(caller, workloadId, 'secrets:update');
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId);
      const { entries } = await this.configs.current(tx, workloadId);
      const version = await requireReplaced(tx, this.secrets, { id: workloadId, entries }, body);
      const isNews = await this.secrets.revoke(tx, version.id);
      const isRunning = await this.configs.isOnRuntime(tx, workloadId, version.id);
      const deploymentId = isRunning ? await this.configChanges.release(tx, workload, caller) : null;
      const { organizationId } = workload;
      const target = { kind: 'workload', id: workloadId };
      const change = changedFrom({ revoked: !isNews }, { revoked: true });
      const act = { action: 'secrets:revoke', target, organizationId, detail: { ...body }, change };
      await this.changes.act(tx, { by: caller, ...act });
      return { ...body, deploymentId };
    });
  }
}

/** What the current config uses is not taken away by surprise: apps would be released without it. */
export async function requireReplaced(
  tx: Tx,
  secrets: SecretStore,
  { id, entries }: { id: string; entries: ConfigEntries },
  { name, version }: RevokeSecret,
): Promise<SecretVersion> {
  const found = await secrets.find(tx, id, name, version);
  if (!found) {
    throw secretErrors.SecretVersionNotFound(`There is no version ${version} of ${name}.`, { pointer: '/version' });
  }
  if (!pinnedIn(entries).includes(found.id)) return found;
  const detail = `Version ${version} of ${name} is what the config uses: set another value or unset it, then revoke.`;
  throw secretErrors.SecretInUse(detail, { pointer: '/version' });
}
