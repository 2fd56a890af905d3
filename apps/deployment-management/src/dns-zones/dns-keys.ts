import { CONFIG, Database, type Keyring, type SealedColumn } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import type { ZoneAccess } from './dns-provider.js';
import type { DnsZoneRow } from './dns-zone.js';
import { DnsZonesRepository } from './dns-zones.repository.js';

/** For wrapping all of them anew after a change of keys; `contextOf` in SQL. */
export const sealedDnsKeys: SealedColumn = {
  ...{ table: 'dns_zone', key: 'id', column: 'sealed' },
  context: `'dns-zone/' || id`,
};

const contextOf = (id: string): string => `dns-zone/${id}`;

/** Secrets of keys of zones, sealed in our own database. They leave it as signatures alone. */
@Injectable()
export class DnsKeys {
  private readonly keyring: Keyring;

  constructor(
    private readonly database: Database,
    private readonly zones: DnsZonesRepository,
    @Inject(CONFIG) config: Config,
  ) {
    this.keyring = config.KEY_ENCRYPTION_KEY;
  }

  /** A secret in base64. */
  seal(id: string, secret: string): Buffer {
    return this.keyring.seal(contextOf(id), secret);
  }

  /** @throws Error when it does not open, or the zone is gone */
  async accessTo({ id, name, servers, keyName, algorithm, ttlSeconds }: DnsZoneRow): Promise<ZoneAccess> {
    const sealed = await this.zones.sealedOf(this.database, id);
    if (!sealed) throw new Error(`The zone ${name} is gone.`);
    const secret = Buffer.from(this.keyring.openText(contextOf(id), sealed), 'base64');
    return { name, servers, ttlSeconds, key: { name: keyName, algorithm, secret }, mark: `berth-zone=${id}` };
  }
}
