import { type ConfigScope, configScopes, type Release, type ScopeVersions } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ConfigScopesRepository, type ScopeLayers } from '../scopes/config-scopes.repository.js';
import { pinnedIn } from '../secrets/pinned-secrets.js';
import { SecretStore } from '../secrets/secret-store.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { overlaid } from './config-files.js';
import type { ConfigEntries, ConfigEntry, ConfigVersion } from './config-version.js';
import { ConfigVersionsRepository } from './config-versions.repository.js';

/** A config version of a workload with the versions of the wider scopes beneath it. */
export interface EffectiveConfig {
  /** Null: the release makes a config version of its own. */
  readonly number: number | null;
  /** The workload's own. */
  readonly entries: ConfigEntries;
  readonly scopeVersions: ScopeVersions;
  /** What its processes get: the nearer scope wins. */
  readonly effective: ConfigEntries;
}

export interface ScopedEntry {
  readonly name: string;
  readonly scope: ConfigScope | 'workload';
  readonly entry: ConfigEntry;
}

/** The nearer scope wins; each name with the scope that it is of. */
export function scopedEntries(layers: ScopeLayers, own: ConfigEntries): ScopedEntry[] {
  const all = [...configScopes.map((scope) => [scope, layers[scope] ?? {}] as const), ['workload', own] as const];
  const named = all.map(([scope, entries]) =>
    Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, { name, scope, entry }])),
  );
  return Object.values(named.reduce<Record<string, ScopedEntry>>(overlaid, {})).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

export function merged(layers: ScopeLayers, own: ConfigEntries): ConfigEntries {
  const wider = configScopes.map((scope) => layers[scope] ?? {});
  return [...wider, own].reduce<ConfigEntries>(overlaid, {});
}

/** What releases of a workload have, and what the next one gets. */
@Injectable()
export class EffectiveConfigs {
  constructor(
    private readonly configs: ConfigVersionsRepository,
    private readonly scopes: ConfigScopesRepository,
    private readonly secrets: SecretStore,
  ) {}

  /** The workload's own. */
  current(sql: Sql, workloadId: string): Promise<ConfigVersion> {
    return this.configs.current(sql, workloadId);
  }

  /** What the next release gets. */
  async next(sql: Sql, { id, nextScopeVersions }: WorkloadRow): Promise<EffectiveConfig & { number: number }> {
    const { number, entries } = await this.configs.current(sql, id);
    return { ...(await this.with(sql, id, entries, nextScopeVersions)), number };
  }

  /** The same, each with the scope that it is of. */
  async scoped(sql: Sql, { id, nextScopeVersions }: WorkloadRow): Promise<{ number: number; items: ScopedEntry[] }> {
    const { number, entries } = await this.configs.current(sql, id);
    return { number, items: scopedEntries(await this.scopes.layers(sql, id, nextScopeVersions), entries) };
  }

  async of(sql: Sql, { workloadId, configVersion, scopeVersions }: Release): Promise<EffectiveConfig> {
    const { entries } = await this.configs.find(sql, workloadId, configVersion);
    return { ...(await this.with(sql, workloadId, entries, scopeVersions)), number: configVersion };
  }

  /** Of a release that is yet to get a config version of its own. */
  async with(
    sql: Sql,
    workloadId: string,
    entries: ConfigEntries,
    scopeVersions: ScopeVersions,
  ): Promise<EffectiveConfig> {
    const layers = await this.scopes.layers(sql, workloadId, scopeVersions);
    return { number: null, entries, scopeVersions, effective: merged(layers, entries) };
  }

  /** The versions of a release, but the newest of each scope of which a secret was revoked since; and what to say of that. */
  async unrevoked(
    sql: Sql,
    { id, scopeVersions: newest }: WorkloadRow,
    released: ScopeVersions,
  ): Promise<{ scopeVersions: ScopeVersions; notes: string[] }> {
    const layers = await this.scopes.layers(sql, id, released);
    const [scopeVersions, notes] = [{ ...released }, [] as string[]];
    for (const scope of configScopes) {
      const [revoked] = await this.secrets.revokedAmong(sql, pinnedIn(layers[scope] ?? {}));
      if (!revoked) continue;
      scopeVersions[scope] = newest[scope];
      notes.push(
        `Version ${revoked.number} of ${revoked.name} of the ${scope} was revoked: config version ${newest[scope]} of the ${scope} takes the place of ${released[scope]}.`,
      );
    }
    return { scopeVersions, notes };
  }
}
