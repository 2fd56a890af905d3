import type { Caller } from '@berth/access';
import type {
  ChangeScopedConfig,
  ChangeScopedSecrets,
  ConfigScope,
  RevokeSecret,
  ScopedChange,
  ScopedConfig,
  ScopedSecretList,
  ScopedSecretRevocation,
  ScopedSecretsChange,
} from '@berth/contracts/deployment';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { plainFiles } from '../config/config-files.js';
import { plainEntries, plainVariables } from '../config/config-version.js';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import { pinnedIn } from '../secrets/pinned-secrets.js';
import { SecretStore, toRevoked, toSecretItem } from '../secrets/secret-store.js';
import { ConfigScopesRepository, type Scope } from './config-scopes.repository.js';
import { ScopeAccess } from './scope-access.js';
import { ScopeWrites } from './scope-writes.js';

/** Config and secrets of organizations, projects and environments. */
@Injectable()
export class ScopesService {
  constructor(
    private readonly database: Database,
    private readonly access: ScopeAccess,
    private readonly scopes: ConfigScopesRepository,
    private readonly configs: ConfigVersionsRepository,
    private readonly secrets: SecretStore,
    private readonly writes: ScopeWrites,
  ) {}

  async get(caller: Caller, kind: ConfigScope, id: string): Promise<ScopedConfig> {
    await this.access.require(caller, kind, id, 'config:read');
    const { number, entries, createdAt } = await this.current(id);
    const held = { variables: plainVariables(entries), files: plainFiles(entries) };
    return { scope: kind, scopeId: id, version: number, ...held, createdAt: createdAt?.toISOString() ?? null };
  }

  /** Names and versions; a value is never answered. */
  async listSecrets(caller: Caller, kind: ConfigScope, id: string): Promise<ScopedSecretList> {
    await this.access.require(caller, kind, id, 'secrets:read');
    const { number, entries } = await this.current(id);
    const versions = await this.secrets.describe(this.database, pinnedIn(entries));
    return { scope: kind, scopeId: id, version: number, items: versions.map(toSecretItem) };
  }

  change(caller: Caller, kind: ConfigScope, id: string, body: ChangeScopedConfig): Promise<ScopedChange> {
    const change = { set: plainEntries(body.set), unset: body.unset, apply: body.apply };
    return this.locked(caller, kind, id, 'config:update', (tx, scope, version) =>
      this.writes.changes.apply(tx, scope, version, { ...change, by: caller, action: 'config:update' }),
    );
  }

  changeSecrets(
    caller: Caller,
    kind: ConfigScope,
    id: string,
    body: ChangeScopedSecrets,
  ): Promise<ScopedSecretsChange> {
    return this.locked(caller, kind, id, 'secrets:update', async (tx, scope, version) => {
      const set = await this.secrets.addAll(tx, id, body.set);
      const former = body.revokeFormer ? [...Object.keys(set), ...body.unset] : [];
      const revoked = await this.secrets.revokeFormer(tx, id, former, set);
      const change = { set, unset: body.unset, apply: body.apply, by: caller, revoked };
      const made = await this.writes.changes.apply(tx, scope, version, { ...change, action: 'secrets:update' });
      return { ...made, revoked: revoked.map(toRevoked) };
    });
  }

  revokeSecret(caller: Caller, kind: ConfigScope, id: string, body: RevokeSecret): Promise<ScopedSecretRevocation> {
    return this.locked(caller, kind, id, 'secrets:update', (tx, scope, version) =>
      this.writes.revocations.revoke(tx, scope, version, { by: caller, body }),
    );
  }

  /** Releases the newest config of the scope, and of the wider ones, to all below it that do not run with it. */
  apply(caller: Caller, kind: ConfigScope, id: string): Promise<ScopedChange> {
    return this.locked(caller, kind, id, 'config:update', async (tx, scope, version) => {
      const why = { applied: true, revoked: [], by: caller, pointer: '/' };
      const outOfDate = (await this.scopes.outOfDate(tx, scope)).length;
      return { version, outOfDate, deployments: await this.writes.releases.release(tx, scope, why) };
    });
  }

  private async locked<Answer>(
    caller: Caller,
    kind: ConfigScope,
    id: string,
    permission: 'config:update' | 'secrets:update',
    act: (tx: Tx, scope: Scope, version: number) => Promise<Answer>,
  ): Promise<Answer> {
    const scope = await this.access.require(caller, kind, id, permission);
    return this.database.transaction(async (tx) => {
      await this.access.hold(tx, scope);
      return act(tx, scope, await this.scopes.lock(tx, scope));
    });
  }

  private async current(id: string) {
    return this.configs.find(this.database, id, await this.scopes.version(this.database, id));
  }
}
