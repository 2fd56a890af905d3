import type { Release } from '@berth/contracts/deployment';
import type { DesiredLink } from '@berth/contracts/runtime';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ConfigEntries } from '../config/config-version.js';
import { EffectiveConfigs } from '../config/effective-configs.js';
import { desiredLinks, linksIn } from '../links/link.js';
import { LinksRepository } from '../links/links.repository.js';
import { pinnedIn, type SecretVersion } from '../secrets/pinned-secrets.js';
import { SecretStore } from '../secrets/secret-store.js';

/** What the config of a release means now. */
@Injectable()
export class ReleaseConfigs {
  constructor(
    private readonly database: Database,
    private readonly configs: EffectiveConfigs,
    private readonly secrets: SecretStore,
    private readonly links: LinksRepository,
  ) {}

  /** @throws Error when a secret version is gone or does not open */
  async environmentOf(release: Release): Promise<Record<string, string>> {
    return this.secrets.environmentOf(this.database, await this.entriesOf(release));
  }

  async secretValuesOf(release: Release): Promise<string[]> {
    const secret = Object.entries(await this.entriesOf(release)).filter(([, entry]) => 'secretVersionId' in entry);
    return Object.values(await this.secrets.environmentOf(this.database, Object.fromEntries(secret)));
  }

  async revokedIn(release: Release): Promise<SecretVersion[]> {
    return this.secrets.revokedAmong(this.database, pinnedIn(await this.entriesOf(release)));
  }

  /** `former`: the release that it replaces, which may still serve. */
  async linksOf(release: Release, former?: Release): Promise<{ links?: DesiredLink[] }> {
    const own = linksIn(await this.entriesOf(release));
    const past = former ? linksIn(await this.entriesOf(former)) : [];
    const ids = [...own, ...past].map(({ workloadId }) => workloadId);
    const links = desiredLinks(own, past, await this.links.hostsOf(this.database, ids));
    return links.length === 0 ? {} : { links };
  }

  private async entriesOf(release: Release): Promise<ConfigEntries> {
    return (await this.configs.of(this.database, release)).effective;
  }
}
