import type { ProcessSettings, Release } from '@berth/contracts/deployment';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type EffectiveConfig, EffectiveConfigs } from '../config/effective-configs.js';
import { ConfigWriter } from '../config/config-writer.js';
import { changeEntries, type ConfigEntries } from '../config/config-version.js';
import { rebase } from '../config/rebase.js';
import type { DeploymentRow } from '../deployments/deployment.js';
import { linksIn, withoutGone } from '../links/link.js';
import { LinksRepository } from '../links/links.repository.js';
import { pinnedIn, type Replaced, type SecretVersion, withoutRevoked } from '../secrets/pinned-secrets.js';
import { SecretStore } from '../secrets/secret-store.js';
import { holdsFor } from '../scopes/scope-versions.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { flattened, unflattened } from './settings.js';
import { ReleasesRepository } from './releases.repository.js';

/** What a rollback gives to run: the config of then, with what was revoked since replaced by what is current, and no link to what is gone. */
export interface RolledBackConfig {
  readonly config: EffectiveConfig;
  readonly notes: readonly string[];
  /** Revoked, and the current config has nothing in their place. */
  readonly missing: readonly SecretVersion[];
}

/** What a rollback restores, and how later changes then start from it. */
@Injectable()
export class Rollbacks {
  constructor(
    private readonly releases: ReleasesRepository,
    private readonly configs: EffectiveConfigs,
    private readonly workloads: WorkloadsRepository,
    private readonly secrets: SecretStore,
    private readonly writer: ConfigWriter,
    private readonly links: LinksRepository,
  ) {}

  async configOf(sql: Sql, workload: WorkloadRow, release: Release): Promise<RolledBackConfig> {
    const then = await this.configs.of(sql, release);
    const { scopeVersions, notes: ofScopes } = await this.configs.unrevoked(sql, workload, release.scopeVersions);
    const { entries: linked, gone } = await this.withoutGoneLinks(sql, release.workloadId, then.entries);
    const revoked = await this.secrets.revokedAmong(sql, pinnedIn(linked));
    const isOwnAsThen = revoked.length + gone.length === 0;
    if (isOwnAsThen && ofScopes.length === 0) return { config: then, notes: [], missing: [] };
    const current = await this.configs.current(sql, release.workloadId);
    const { entries, replaced, missing } = withoutRevoked(linked, revoked, current.entries);
    const versions = await this.secrets.describe(sql, pinnedIn(entries));
    const notes = [...replaced.map((each) => noteOf(each, versions)), ...gone.map(goneNote), ...ofScopes];
    const config = await this.configs.with(sql, workload.id, entries, scopeVersions);
    return { config: isOwnAsThen ? { ...config, number: then.number } : config, notes, missing };
  }

  /**
   * A rollback went live: config and sizes of its release are current again. What was changed while it was under way is
   * laid over them, so that neither the rollback nor the change is lost. `workload` was read under its row lock.
   */
  async becomeCurrent(tx: Tx, workload: WorkloadRow, deployment: DeploymentRow, release: Release): Promise<void> {
    const { base } = deployment;
    if (!base) return;
    const former = await this.configs.current(tx, workload.id);
    await this.writer.restore(tx, workload, base.configVersion, release.configVersion);
    await this.leaveRevoked(tx, workload.id, former.entries);
    const { scopeVersions } = await this.configs.unrevoked(tx, workload, release.scopeVersions);
    const holds = holdsFor(scopeVersions, base.scopeVersions ?? scopeVersions);
    await this.workloads.setConfigHolds(tx, workload.id, holds);
    const settings = await this.releases.settingsOf(tx, release.id);
    const changed = rebase(flattened(base.processSettings), flattened(workload.processSettings), flattened(settings));
    await this.workloads.setProcessSettings(tx, workload.id, unflattened(changed) as ProcessSettings);
  }

  /** What was revoked while the rollback was under way is in nothing that is made after it: what was current stands instead. */
  private async leaveRevoked(tx: Tx, workloadId: string, former: ConfigEntries): Promise<void> {
    const restored = await this.configs.current(tx, workloadId);
    const revoked = await this.secrets.revokedAmong(tx, pinnedIn(restored.entries));
    if (revoked.length === 0) return;
    const { entries, missing } = withoutRevoked(restored.entries, revoked, former);
    const gone = missing.map(({ name }) => name);
    await this.writer.addCurrent(tx, workloadId, changeEntries(entries, {}, gone), 'platform');
  }

  /** What a release may reach is what is there: an app that was deleted or has left since does not keep it from coming back. */
  private async withoutGoneLinks(
    sql: Sql,
    workloadId: string,
    entries: ConfigEntries,
  ): Promise<ReturnType<typeof withoutGone>> {
    const ids = linksIn(entries).map((link) => link.workloadId);
    return withoutGone(entries, await this.links.reachableAmong(sql, workloadId, ids));
  }
}

const goneNote = (app: string): string =>
  `The app ${app} that it was linked to is deleted, or on another cluster: the link is gone.`;

function noteOf({ name, revoked, by }: Replaced, versions: readonly SecretVersion[]): string {
  const version = 'secretVersionId' in by && versions.find((each) => each.id === by.secretVersionId);
  return `Version ${revoked} of ${name} was revoked: ${version ? `version ${version.number}` : 'the current value'} takes its place.`;
}
