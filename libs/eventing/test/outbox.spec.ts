import { randomUUID } from 'node:crypto';
import {
  type AuditEntry,
  auditRecorded,
  buildStarted,
  envelope,
  organizationCreated,
  registry,
} from '@berth/contracts/events';
import { Clock, Ids, withCorrelation } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent } from 'cloudevents';
import { Client } from 'pg';
import { eventingMigrations, Outbox, RelayWaker } from '../src/index.js';
import { OUTBOX_CHANNEL } from '../src/outbox/relay-waker.js';
import { buildData, silent } from './support.js';

interface Row {
  readonly seq: string;
  readonly topic: string;
  readonly key: string;
  readonly event: CloudEvent & Record<string, unknown>;
}

describe('the outbox', () => {
  let test: TestDatabase;
  let outbox: Outbox;

  beforeAll(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
    outbox = new Outbox('build', new Clock(), new Ids(), new RelayWaker(test.database, silent));
  });
  afterAll(() => test.drop());

  const append = (subject: string, extras: { organizationId?: string; partitionKey?: string } = {}) =>
    test.database.transaction((tx) =>
      outbox.append(tx, buildStarted, { subject, data: buildData(subject), ...extras }),
    );
  const rowsOf = (subject: string) =>
    test.database.query<Row>(`select * from outbox where event ->> 'subject' = $1 order by seq`, [subject]);

  it('stores a valid CloudEvent that the registry accepts', async () => {
    const subject = randomUUID();
    const { id, version } = await append(subject);
    const [row] = await rowsOf(subject);
    expect({ id, version }).toEqual({ id: row?.event.id, version: 1 });
    expect(row?.topic).toBe('berth.build');
    expect(new CloudEvent(row?.event ?? {}, true).validate()).toBe(true);
    const parsed = envelope.parse(row?.event);
    expect(registry.get(parsed.type)?.data.parse(parsed.data)).toEqual(row?.event.data);
  });

  it('keys by subject unless told otherwise, and carries the organization', async () => {
    const [first, second, organizationId] = [randomUUID(), randomUUID(), randomUUID()];
    await append(first);
    await append(second, { partitionKey: 'workload-1', organizationId });
    expect((await rowsOf(first))[0]).toMatchObject({ key: first, event: { partitionkey: first } });
    expect((await rowsOf(second))[0]).toMatchObject({
      key: 'workload-1',
      event: { partitionkey: 'workload-1', organizationid: organizationId },
    });
  });

  it('carries the correlation and the cause of what is going on', async () => {
    const subject = randomUUID();
    await withCorrelation({ correlationId: 'request', causationId: 'event' }, () => append(subject));
    expect((await rowsOf(subject))[0]?.event).toMatchObject({ correlationid: 'request', causationid: 'event' });
    const alone = randomUUID();
    await append(alone);
    expect((await rowsOf(alone))[0]?.event).not.toHaveProperty('correlationid');
  });

  it('leaves nothing when the transaction rolls back, not even a version', async () => {
    const subject = randomUUID();
    const failing = test.database.transaction(async (tx) => {
      await outbox.append(tx, buildStarted, { subject, data: buildData(subject) });
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await rowsOf(subject)).toEqual([]);
    expect(await append(subject)).toMatchObject({ version: 1 });
  });

  it('numbers each aggregate contiguously in the order of commits, under 16 concurrent writers', async () => {
    const subjects = Array.from({ length: 5 }, () => randomUUID());
    const write = async (writer: number) => {
      for (let i = 0; i < 25; i++) await append(subjects[(writer + i) % 5] ?? '').catch(() => undefined);
    };
    await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    for (const subject of subjects) {
      const rows = await rowsOf(subject);
      expect(rows).toHaveLength(80);
      expect(rows.map((row) => row.event['aggregateversion'])).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
    }
  });

  it('numbers several events of one transaction', async () => {
    const subject = randomUUID();
    const versions = await test.database.transaction(async (tx) => [
      await outbox.append(tx, buildStarted, { subject, data: buildData(subject) }),
      await outbox.append(tx, buildStarted, { subject, data: buildData(subject) }),
    ]);
    expect(versions.map((each) => each.version)).toEqual([1, 2]);
  });

  it('stamps the epoch of the database', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    await append(before);
    await test.database.query('update producer_epoch set epoch = 3');
    await append(after);
    await test.database.query('update producer_epoch set epoch = 0');
    expect((await rowsOf(before))[0]?.event['epoch']).toBe(0);
    expect((await rowsOf(after))[0]?.event['epoch']).toBe(3);
  });

  it('refuses data that does not fit, with nothing stored', async () => {
    const subject = randomUUID();
    const wrong = { ...buildData(subject), buildId: 'no uuid' };
    const appending = test.database.transaction((tx) => outbox.append(tx, buildStarted, { subject, data: wrong }));
    await expect(appending).rejects.toThrow('buildId');
    expect(await rowsOf(subject)).toEqual([]);
  });

  it('refuses an event that another service produces', async () => {
    const appending = test.database.transaction((tx) =>
      outbox.append(tx, organizationCreated, { subject: 'x', data: {} as never }),
    );
    await expect(appending).rejects.toThrow('produced by user-management');
  });

  it('refuses an event that a bus could not carry', async () => {
    const entry: Omit<AuditEntry, 'detail'> = {
      entryId: randomUUID(),
      service: 'build',
      organizationId: null,
      actor: { kind: 'platform', id: 'build' },
      action: 'builds:create',
      target: { kind: 'build', id: 'b' },
      at: new Date().toISOString(),
      sequence: 1,
      previousHash: '',
      hash: '',
    };
    const appendWith = (text: string) =>
      test.database.transaction((tx) =>
        outbox.append(tx, auditRecorded, { subject: 'audit', data: { ...entry, detail: { text } } }),
      );
    await expect(appendWith('x'.repeat(300_000))).rejects.toThrow('is larger than');
    await expect(appendWith('x')).resolves.toMatchObject({ version: 1 });
  });

  it('wakes a relay of another process after the commit, with few notifications for many commits', async () => {
    const listener = new Client({ connectionString: test.url });
    await listener.connect();
    await listener.query(`listen ${OUTBOX_CHANNEL}`);
    let notified = 0;
    listener.on('notification', () => notified++);
    await Promise.all(Array.from({ length: 100 }, () => append(randomUUID())));
    await eventually(() => expect(notified).toBeGreaterThan(0));
    expect(notified).toBeLessThan(100);
    await listener.end();
  });
});
