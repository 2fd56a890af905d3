import { Audit, type Caller, type Change } from '@berth/access';
import type { DataOf, EventDefinition } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DnsWakes } from '../dns-zones/dns-wakes.js';

/** Who acts: a caller, or the platform itself. */
export type Actor = Caller | 'platform';

export const nameOf = (actor: Actor): string => (actor === 'platform' ? 'platform' : actor.subjectId);

export interface Act {
  readonly by: Actor;
  /** `<segment>:<verb>`. */
  readonly action: string;
  readonly target: { readonly kind: string; readonly id: string };
  readonly organizationId: string;
  /** Never a secret value. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Of `changedFrom`. */
  readonly change?: Change;
}

export interface Fact<Definition extends EventDefinition> {
  readonly subject: string;
  readonly organizationId: string;
  readonly partitionKey?: string;
  readonly data: DataOf<Definition>;
}

/** What a change leaves behind in its own transaction: an audit entry for the people, an event for the other services. */
@Injectable()
export class Changes {
  constructor(
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly zones: DnsWakes,
  ) {}

  /** Last in a transaction: all acts of an organization meet at its audit chain's head. */
  async act(tx: Tx, act: Act): Promise<void> {
    await this.audit.record(tx, act);
  }

  /** Hosts of the organization came, went, or are served elsewhere: their records follow. */
  leadElsewhere(tx: Tx, organizationId: string): Promise<void> {
    return this.zones.of(tx, organizationId);
  }

  async tell<Definition extends EventDefinition>(
    tx: Tx,
    definition: Definition,
    fact: Fact<Definition>,
  ): Promise<void> {
    await this.outbox.append(tx, definition, fact);
  }
}
