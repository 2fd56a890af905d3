import type { Caller } from '@berth/access';
import type { DeclaredWorkload } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ConfigVersionsRepository } from '../../config/config-versions.repository.js';
import { linksIn } from '../../links/link.js';
import { LinksService } from '../../links/links.service.js';
import { type DeclaredPart, type Entries, isGone, listed, type StillSo } from '../declared-part.js';

/** Which apps of its environment it reaches: one version of its config, whatever the number of apps. */
@Injectable()
export class LinksPart implements DeclaredPart<DeclaredWorkload> {
  readonly name = 'links';
  readonly reads = 'links:read';
  readonly isOneRequest = true;

  constructor(
    private readonly links: LinksService,
    private readonly configs: ConfigVersionsRepository,
  ) {}

  stated({ links }: DeclaredWorkload): Entries | undefined {
    return links && listed(links);
  }

  async current(sql: Sql, id: string): Promise<Entries> {
    const { entries } = await this.configs.current(sql, id);
    return Object.fromEntries(linksIn(entries).map(({ app }) => [app, true]));
  }

  async change(caller: Caller, id: string, wanted: Entries, stillSo: StillSo): Promise<void> {
    await this.links.change(caller, id, bodyOf(wanted), stillSo);
  }

  entryAt(pointer: string, wanted: Entries): string | undefined {
    const [, list, index] = pointer.split('/');
    return list === 'add' || list === 'remove' ? bodyOf(wanted)[list][Number(index)] : undefined;
  }
}

function bodyOf(wanted: Entries): { add: string[]; remove: string[] } {
  const names = Object.keys(wanted);
  const remove = names.filter((name) => isGone(wanted[name]));
  return { add: names.filter((name) => !remove.includes(name)), remove };
}
