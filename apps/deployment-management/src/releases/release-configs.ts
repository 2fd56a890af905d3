import type { Release } from '@berth/contracts/deployment';
import type { DesiredLink } from '@berth/contracts/runtime';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Given, givenIn } from '../config/config-files.js';
import type { ConfigEntries } from '../config/config-version.js';
import { EffectiveConfigs } from '../config/effective-configs.js';
import { desiredLinks, linksIn } from '../links/link.js';
import { LinksRepository } from '../links/links.repository.js';
import { hiddenIn } from '../secrets/hidden-parts.js';
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

  /** What its processes get. @throws Error when a secret version is gone or does not open */
  async givenTo(release: Release): Promise<Given> {
    return givenIn(await this.secrets.valuesOf(this.database, await this.entriesOf(release)));
  }

  /** What must not be shown of what a process prints. */
  async secretValuesOf(release: Release): Promise<string[]> {
    const secret = Object.entries(await this.entriesOf(release)).filter(([, entry]) => 'secretVersionId' in entry);
    const { environment, files = [] } = givenIn(await this.secrets.valuesOf(this.database, Object.fromEntries(secret)));
    return [...Object.values(environment), ...files.flatMap(({ content }) => hiddenIn(content))];
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
