import { type Caller, changedFrom } from '@berth/access';
import type { RevokeSecret, ScopedSecretRevocation } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import { requireReplaced } from '../secrets/secret-revocations.js';
import { SecretStore } from '../secrets/secret-store.js';
import type { Scope } from './config-scopes.repository.js';
import { ScopeReleases } from './scope-releases.js';

/** Takes a secret version of a wider scope out of every release from now on, and away from all that runs with it. */
@Injectable()
export class ScopeRevocations {
  constructor(
    private readonly configs: ConfigVersionsRepository,
    private readonly secrets: SecretStore,
    private readonly releases: ScopeReleases,
    private readonly changes: Changes,
  ) {}

  /** The caller holds the lock of the scope. @throws 422 when there is no such version, 409 when the scope uses it */
  async revoke(
    tx: Tx,
    scope: Scope,
    version: number,
    { by, body }: { by: Caller; body: RevokeSecret },
  ): Promise<ScopedSecretRevocation> {
    const { organizationId, kind, id } = scope;
    const { entries } = await this.configs.find(tx, id, version);
    const revoked = await requireReplaced(tx, this.secrets, { id, entries }, body);
    const isNews = await this.secrets.revoke(tx, revoked.id);
    const why = { applied: false, revoked: [revoked.id], by, pointer: '/version' };
    const deployments = await this.releases.release(tx, scope, why);
    const change = changedFrom({ revoked: !isNews }, { revoked: true });
    const act = { action: 'secrets:revoke', target: { kind, id }, organizationId, detail: { ...body }, change };
    await this.changes.act(tx, { by, ...act });
    return { ...body, deployments };
  }
}
