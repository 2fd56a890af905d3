import { type Caller, changedFrom } from '@berth/access';
import type { ScopedChange } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { revokedIn } from '../config/config-changes.js';
import { requireFilesApart } from '../config/config-files.js';
import { changeEntries, type ConfigEntries } from '../config/config-version.js';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import { ConfigWriter } from '../config/config-writer.js';
import type { SecretVersion } from '../secrets/pinned-secrets.js';
import { SecretStore, toRevoked } from '../secrets/secret-store.js';
import { requireRoomFor } from './config-room.js';
import { ConfigScopesRepository, type Scope } from './config-scopes.repository.js';
import { ScopeReleases } from './scope-releases.js';

export interface ScopedEntryChange {
  readonly set: ConfigEntries;
  readonly unset: readonly string[];
  readonly apply: boolean;
  /** Secret versions that went out of use with it. */
  readonly revoked?: readonly SecretVersion[];
  readonly by: Caller;
  readonly action: 'config:update' | 'secrets:update';
}

/** Makes the next config version of a scope. What runs below it goes on with what it has until somebody releases it. */
@Injectable()
export class ScopeChanges {
  constructor(
    private readonly scopes: ConfigScopesRepository,
    private readonly configs: ConfigVersionsRepository,
    private readonly writer: ConfigWriter,
    private readonly secrets: SecretStore,
    private readonly releases: ScopeReleases,
    private readonly changes: Changes,
  ) {}

  /** The caller holds the lock of the scope, whose newest version is `former`. */
  async apply(tx: Tx, scope: Scope, former: number, change: ScopedEntryChange): Promise<ScopedChange> {
    const { entries: before } = await this.configs.find(tx, scope.id, former);
    const entries = changeEntries(before, change.set, change.unset);
    requireFilesApart(entries, change.set);
    await requireRoomFor(tx, this.secrets, entries, change.set);
    const version = former + 1;
    await this.writer.insert(tx, scope.id, version, entries, change.by.subjectId);
    await this.scopes.setVersion(tx, scope.id, version);
    const outOfDate = (await this.scopes.outOfDate(tx, scope)).length;
    const revoked = change.revoked ?? [];
    const why = { applied: change.apply, revoked: revoked.map((each) => each.id), by: change.by, pointer: '/apply' };
    const deployments = await this.releases.release(tx, scope, why);
    const said = changedFrom(saidOf(former, before), saidOf(version, entries));
    const { organizationId, kind, id } = scope;
    await this.changes.act(tx, {
      ...{ by: change.by, action: change.action, target: { kind, id }, organizationId, change: said },
      detail: {
        ...{ version, names: Object.keys(change.set), removed: [...change.unset], applied: change.apply },
        ...revokedIn({ revoked: revoked.map(toRevoked) }),
      },
    });
    return { version, outOfDate, deployments };
  }
}

/** Which names there are; never a value. */
const saidOf = (version: number, entries: ConfigEntries) => ({ version, names: Object.keys(entries).sort() });
