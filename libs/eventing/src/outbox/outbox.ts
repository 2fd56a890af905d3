import type { DataOf, EventDefinition, ServiceName } from '@berth/contracts/events';
import { topicOf } from '@berth/contracts/events';
import { type Clock, currentCausationId, currentCorrelationId, type Ids, type Tx } from '@berth/service-kit';
import { type Prepared, runPrepared } from '../session/prepared.js';
import type { RelayWaker } from './relay-waker.js';

export interface NewEvent<Data> {
  /** Id of the aggregate; its events are numbered contiguously. */
  readonly subject: string;
  readonly data: Data;
  readonly organizationId?: string;
  /** Events of one key stay in order. Default: the subject. */
  readonly partitionKey?: string;
}

export interface AppendedEvent {
  readonly id: string;
  /** `aggregateversion` of the event. */
  readonly version: number;
}

/** A larger one could not pass every bus, and would hold up all that come after it. */
const MAX_EVENT_BYTES = 262_144;

/** The row lock on the version is held until the commit: versions are contiguous in the order of commits. */
const appendStatement: Prepared = {
  name: 'berth-outbox-append',
  text: `
  with numbered as (
    insert into aggregate_version as v (subject, version) values ($1, 1)
    on conflict (subject) do update set version = v.version + 1 returning version),
  appended as (
    insert into outbox (topic, key, event)
    select $2, $3, ($4::jsonb || jsonb_build_object('aggregateversion', version, 'epoch', epoch))::json
      from numbered, producer_epoch)
  select version from numbered`,
};

/**
 * For the `with` of a statement that locks rows of its own before an event of the same transaction is appended: tables are
 * locked before rows, so the outbox comes first in every transaction.
 */
export const outboxLock = 'outbox_lock as (insert into outbox (topic, key, event) select null, null, null where false)';

/** Where a service leaves its events: in the transaction that makes them true. The relay publishes them. */
export class Outbox {
  constructor(
    private readonly service: ServiceName,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly waker: RelayWaker,
  ) {}

  /**
   * Appends one event; it is published if and only if `tx` commits.
   * @throws Error when another service produces the type or the event is over 256 KiB, ZodError when `data` does not fit the definition
   */
  async append<D extends EventDefinition>(tx: Tx, definition: D, event: NewEvent<DataOf<D>>): Promise<AppendedEvent> {
    const envelope = this.envelopeOf(definition, event);
    const json = JSON.stringify(envelope);
    if (Buffer.byteLength(json) > MAX_EVENT_BYTES)
      throw new Error(`${definition.type} of ${event.subject} is larger than ${MAX_EVENT_BYTES} bytes.`);
    const parameters = [event.subject, topicOf(this.service), envelope.partitionkey, json];
    const [row] = await runPrepared<{ version: number }>(tx, appendStatement, parameters);
    if (!row) throw new Error('The outbox answered no version: the row of producer_epoch is missing.');
    tx.afterCommit(() => this.waker.wake());
    return { id: envelope.id, version: row.version };
  }

  private envelopeOf<D extends EventDefinition>(definition: D, event: NewEvent<DataOf<D>>) {
    if (definition.producer !== 'every-service' && definition.producer !== this.service)
      throw new Error(`${definition.type} is produced by ${definition.producer}, not by ${this.service}.`);
    const correlationid = currentCorrelationId();
    const causationid = currentCausationId();
    return {
      specversion: '1.0',
      id: this.ids.next(),
      source: `/berth/${this.service}`,
      type: definition.type,
      subject: event.subject,
      time: this.clock.now().toISOString(),
      datacontenttype: 'application/json',
      partitionkey: event.partitionKey ?? event.subject,
      ...(correlationid === undefined ? {} : { correlationid }),
      ...(causationid === undefined ? {} : { causationid }),
      ...(event.organizationId === undefined ? {} : { organizationid: event.organizationId }),
      data: definition.data.parse(event.data),
    };
  }
}
