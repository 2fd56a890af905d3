import { type ChainBreak, type ChainHead, ChainWalk, isAddressOf } from '@berth/access';
import type { ServiceName } from '@berth/contracts/events';
import type { AuditVerification } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrailRepository, type Chain, type KeptEntry } from './audit-trail.repository.js';

const PAGE = 500;

/** Whether the collected trail is as it was recorded: nothing edited, deleted, put in another order or cut off. */
@Injectable()
export class AuditVerifier {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrailRepository) private readonly trail: AuditTrailRepository,
  ) {}

  async verify(organizationId: string | null): Promise<AuditVerification> {
    // The heads first: what is recorded meanwhile comes after them and is not looked at.
    const heads = await this.trail.heads(this.database.confined, organizationId);
    const items = [];
    for (const { service, ...head } of heads) items.push(await this.chain(organizationId, service, head));
    return { items };
  }

  private async chain(
    organizationId: string | null,
    service: ServiceName,
    head: ChainHead,
  ): Promise<AuditVerification['items'][number]> {
    const walk = new ChainWalk();
    let broken: ChainBreak | undefined;
    for await (const kept of this.entries({ organizationId, service }, head.sequence)) {
      broken = misplaced(kept) ?? walk.step(kept.entry);
      if (broken) break;
    }
    return { service, good: walk.length, broken: broken ?? walk.end(head) ?? null, head };
  }

  private async *entries(chain: Chain, last: number): AsyncGenerator<KeptEntry> {
    for (let after = 0; after < last;) {
      const page = await this.trail.page(this.database, chain, after, PAGE);
      yield* page.filter(({ entry }) => entry.sequence <= last);
      after = page.length < PAGE ? last : (page.at(-1)?.entry.sequence ?? last);
    }
  }
}

/** An address that is kept must be the one that was recorded. That none is kept says nothing: it may be forgotten. */
const misplaced = ({ entry, from }: KeptEntry): ChainBreak | undefined =>
  from === null || isAddressOf(entry, from) ? undefined : { sequence: entry.sequence, reason: 'changed' };
