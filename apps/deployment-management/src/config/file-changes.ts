import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { filePathOf, isFileName } from '@berth/contracts/common';
import type { DryRun, Release } from '@berth/contracts/deployment';
import { pointerOf, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { pinnedIn, type SecretVersion } from '../secrets/pinned-secrets.js';
import { SecretStore } from '../secrets/secret-store.js';
import type { ConfigEntries, ConfigEntry } from './config-version.js';
import { EffectiveConfigs } from './effective-configs.js';

/** Which files a release would change: of a secret its versions are said, of another one what it is a digest of. */
@Injectable()
export class FileChanges {
  constructor(
    private readonly configs: EffectiveConfigs,
    private readonly secrets: SecretStore,
  ) {}

  async between(sql: Sql, current: Release | undefined, after: ConfigEntries): Promise<DryRun['changes']> {
    const before = current ? (await this.configs.of(sql, current)).effective : {};
    const versions = await this.secrets.describe(sql, [...pinnedIn(before), ...pinnedIn(after)]);
    return changedFiles(before, after, versions);
  }
}

export function changedFiles(
  before: ConfigEntries,
  after: ConfigEntries,
  versions: readonly SecretVersion[],
): DryRun['changes'] {
  const said = (entry: ConfigEntry | undefined): string | null => (entry ? describe(entry, versions) : null);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => isFileName(name) && !isDeepStrictEqual(before[name], after[name]))
    .sort()
    .map((name) => ({
      path: pointerOf(['files', filePathOf(name)]),
      ...{ before: said(before[name]), after: said(after[name]) },
    }));
}

function describe(entry: ConfigEntry, versions: readonly SecretVersion[]): string {
  if ('value' in entry) return `sha256:${createHash('sha256').update(entry.value, 'base64').digest('hex')}`;
  const version = 'secretVersionId' in entry && versions.find(({ id }) => id === entry.secretVersionId);
  return version ? `version ${version.number} of a secret` : 'a secret';
}
