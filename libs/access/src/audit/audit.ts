import { type AuditAddress, type AuditEntry, auditRecorded, type ServiceName } from '@berth/contracts/events';
import { Outbox, outboxLock } from '@berth/eventing';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ACCESS_SERVICE } from '../access-options.js';
import type { Caller } from '../caller.js';
import { canonicalJson } from './canonical-json.js';
import type { AuditContent } from './chain.js';
import { type Change, isNothing } from './changed-from.js';
import { redact } from './redact.js';
import { addressOf, requestOf } from './request.js';

export interface AuditRecord {
  /** `platform`: nobody in particular, the platform itself. */
  readonly by: Caller | 'platform';
  /** Whose address the request came from, where no token says it: a person who signs in. */
  readonly person?: string;
  /** `<segment>:<verb>`. */
  readonly action: string;
  readonly target: { readonly kind: string; readonly id: string };
  /** Null: an act on the platform itself. */
  readonly organizationId: string | null;
  /** Ids and plain facts. What is named like a secret is replaced; names and e-mail addresses do not belong here at all. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** What became different, of `changedFrom`: kept as `before` and `after` of the detail, unless it is nothing. The same rules hold. */
  readonly change?: Change;
}

type Link = Pick<AuditEntry, 'sequence' | 'previousHash' | 'hash'>;

const hashOf = (previous: string, sequence: string): string =>
  `encode(sha256(convert_to(${previous} || E'\\n' || ${sequence} || E'\\n' || $2, 'UTF8')), 'hex')`;

/**
 * The row lock on the chain's head is held until the commit: entries are linked in the order of commits. The outbox is locked
 * before it, as by whoever appends, so that nobody who has locked the outbox waits here for somebody who waits for the outbox.
 */
const linkSql = `
  with ${outboxLock},
  head as (
    insert into audit_chain as chain (key, sequence, previous_hash, hash)
    values ($1, 1, '', ${hashOf("''", "'1'")})
    on conflict (key) do update set sequence = chain.sequence + 1, previous_hash = chain.hash,
      hash = ${hashOf('chain.hash', '(chain.sequence + 1)')}
    returning sequence, previous_hash, hash),
  entry as (
    insert into audit_entry (key, sequence, entry_id, organization_id, actor, action, target, at, detail, previous_hash, hash)
    select $1, sequence, $3, $4, $5, $6, $7, $8, $9, previous_hash, hash from head)
  select sequence, previous_hash as "previousHash", hash from head`;

/** Records who did what, in the transaction that does it. */
@Injectable()
export class Audit {
  constructor(
    @Inject(ACCESS_SERVICE) private readonly service: ServiceName,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /**
   * Appends one entry to the chain of its organization and the event that tells the collected trail.
   * Call it last in a transaction: all writes of an organization meet at its chain's head.
   */
  async record(tx: Tx, record: AuditRecord): Promise<void> {
    const address = addressOf(record);
    const content = this.contentOf(record, address);
    const key = content.organizationId ?? 'platform';
    const link = await this.link(tx, key, content);
    // A subject of its own: audit must not count in the organization's access versions.
    await this.outbox.append(tx, auditRecorded, {
      subject: `audit/${key}`,
      data: { ...content, ...link, ...(address && { address }) },
      ...(content.organizationId === null ? {} : { organizationId: content.organizationId }),
    });
  }

  private contentOf(record: AuditRecord, address: AuditAddress | undefined): AuditContent {
    const { by, action, target, organizationId, detail, change } = record;
    const actor = by === 'platform' ? { kind: by, id: this.service } : ({ kind: by.kind, id: by.subjectId } as const);
    return {
      entryId: this.ids.next(),
      service: this.service,
      organizationId,
      actor,
      action,
      target: { kind: target.kind, id: target.id },
      at: this.clock.now().toISOString(),
      detail: {
        ...redact({ ...detail, ...(change && !isNothing(change) ? change : {}) }),
        ...requestOf(by, address),
      },
    };
  }

  private async link(tx: Tx, key: string, content: AuditContent): Promise<Link> {
    const { entryId, organizationId, actor, action, target, at, detail } = content;
    const parameters = [key, canonicalJson(content), entryId, organizationId, actor, action, target, at, detail];
    const [link] = await tx.queryPrepared<Link>(linkSql, parameters);
    if (!link) throw new Error('the audit chain answered no link');
    return link;
  }
}
