import { type Caller, changedFrom } from '@berth/access';
import type { ConfigChange, SecretsChange } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsRepository } from '../apps/apps.repository.js';
import { Changes } from '../changes/changes.js';
import { DeploymentStarter } from '../deployments/deployment-starter.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { requireRoomFor } from '../scopes/config-room.js';
import { SecretStore } from '../secrets/secret-store.js';
import { linksIn } from '../links/link.js';
import { requireFilesApart } from './config-files.js';
import { changeEntries, type ConfigEntries, type ConfigVersion } from './config-version.js';
import { ConfigVersionsRepository } from './config-versions.repository.js';
import { ConfigWriter } from './config-writer.js';

export interface EntryChange {
  readonly set: ConfigEntries;
  readonly unset: readonly string[];
  /** Secret versions that went out of use with it. */
  readonly revoked?: SecretsChange['revoked'];
  readonly by: Caller;
  readonly action: 'config:update' | 'secrets:update' | 'links:update';
}

type Said = Pick<ConfigVersion, 'number' | 'entries'>;

/** Which names there are and what is linked; never a value. */
const saidOf = ({ number, entries }: Said) => ({
  version: number,
  names: Object.keys(entries).sort(),
  links: linksIn(entries).map(({ app }) => app),
});

/** Makes the next config version of a workload and, when something is live, the deployment that releases it. */
@Injectable()
export class ConfigChanges {
  constructor(
    private readonly configs: ConfigVersionsRepository,
    private readonly writer: ConfigWriter,
    private readonly apps: AppsRepository,
    private readonly starter: DeploymentStarter,
    private readonly changes: Changes,
    private readonly secrets: SecretStore,
  ) {}

  /** `workload` was read under its row lock. */
  async apply(tx: Tx, workload: WorkloadRow, change: EntryChange): Promise<ConfigChange> {
    const current = await this.configs.current(tx, workload.id);
    const entries = changeEntries(current.entries, change.set, change.unset);
    requireFilesApart(entries, change.set);
    await requireRoomFor(tx, this.secrets, entries, change.action === 'links:update' ? {} : change.set);
    const { number } = await this.writer.addCurrent(tx, workload.id, entries, change.by.subjectId);
    const deploymentId = await this.release(tx, workload, change.by);
    await this.audit(tx, workload, change, [current, { number, entries }]);
    return { version: number, deploymentId };
  }

  /** Answers the deployment that gives what runs the current config; null when nothing runs yet. */
  async release(tx: Tx, workload: WorkloadRow, by: Caller): Promise<string | null> {
    const app = workload.currentReleaseId === null ? undefined : await this.apps.find(tx, workload.appId);
    if (!app) return null;
    return (await this.starter.start(tx, workload, { app, source: { kind: 'config' }, by })).id;
  }

  private audit(
    tx: Tx,
    workload: WorkloadRow,
    change: EntryChange,
    [former, next]: readonly [Said, Said],
  ): Promise<void> {
    return this.changes.act(tx, {
      by: change.by,
      action: change.action,
      target: { kind: 'workload', id: workload.id },
      organizationId: workload.organizationId,
      detail: {
        version: next.number,
        names: Object.keys(change.set),
        removed: [...change.unset],
        ...revokedIn(change),
      },
      change: changedFrom(saidOf(former), saidOf(next)),
    });
  }
}

export const revokedIn = ({ revoked = [] }: Pick<EntryChange, 'revoked'>): Pick<EntryChange, 'revoked'> =>
  revoked.length === 0 ? {} : { revoked };
