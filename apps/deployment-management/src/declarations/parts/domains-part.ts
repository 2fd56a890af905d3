import type { Caller } from '@berth/access';
import type { DeclaredWorkload } from '@berth/contracts/deployment';
import { spelled } from '@berth/contracts/runtime';
import { Database, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type DomainRow, placeOf } from '../../domains/domain.js';
import { DomainsRepository } from '../../domains/domains.repository.js';
import { DomainsService } from '../../domains/domains.service.js';
import { hostOf } from '../../domains/host.js';
import { pathOf } from '../../domains/path.js';
import { type DeclaredPart, type Entries, isGone, listed, onlyOf, type StillSo } from '../declared-part.js';

/** Hosts, and paths of them, that lead to it: wished for here, proven by their records as ever. */
@Injectable()
export class DomainsPart implements DeclaredPart<DeclaredWorkload> {
  readonly name = 'domains';
  readonly reads = 'domains:read';

  constructor(
    private readonly domains: DomainsService,
    private readonly rows: DomainsRepository,
    private readonly database: Database,
  ) {}

  stated({ domains }: DeclaredWorkload): Entries | undefined {
    return domains && listed({ add: domains.add.map(oneSpelling), remove: domains.remove.map(oneSpelling) });
  }

  async current(sql: Sql, id: string): Promise<Entries> {
    return Object.fromEntries((await this.wantedOf(sql, id)).map((row) => [spelled(placeOf(row)), true]));
  }

  async change(caller: Caller, id: string, wanted: Entries, stillSo: StillSo): Promise<void> {
    const [name, value] = onlyOf(wanted);
    if (!isGone(value)) return void (await this.domains.create(caller, { workloadId: id, ...parted(name) }, stillSo));
    const row = (await this.wantedOf(this.database, id)).find((each) => spelled(placeOf(each)) === name);
    if (row) await this.domains.remove(caller, row.id, stillSo);
  }

  private async wantedOf(sql: Sql, id: string): Promise<DomainRow[]> {
    return (await this.rows.of(sql, id)).filter(({ deletedAt }) => deletedAt === null);
  }
}

function parted(text: string): { host: string; path: string } {
  const at = text.indexOf('/');
  return at < 0 ? { host: text, path: '/' } : { host: text.slice(0, at), path: text.slice(at) };
}

/** As it is stored, so that it is the same however it is written; what is none is refused by the service. */
function oneSpelling(text: string): string {
  const { host, path } = parted(text);
  const place = { host: hostOf(host) ?? host, path: pathOf(path) ?? path };
  return place.path === '/' ? place.host : spelled(place);
}
