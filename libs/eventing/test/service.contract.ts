import { randomUUID } from 'node:crypto';
import { type EventOf, projectCreated, projectSnapshot, type ServiceName } from '@berth/contracts/events';
import { Database, type Tx } from '@berth/service-kit';
import { eventually as untilItDoes, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplication } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DeadLetters, type EventBus, EventContext, eventingMigrations, Outbox, Snapshots } from '../src/index.js';
import { startTestService } from './test-service.js';

type Told = EventOf<typeof projectCreated>;

/** A limit that only guards against hanging: members of a group may have to join. */
const eventually = <Result>(attempt: () => Result | Promise<Result>) => untilItDoes(attempt, { within: 40_000 });

let refused: string | undefined;

/** Keeps what was told in the order of its effects, and of each project what is newest. */
@Controller()
class OnProjectHandler {
  @EventPattern<string>(projectCreated.type)
  async told(@Payload() event: Told, @Ctx() { tx }: EventContext): Promise<void> {
    if (event.subject === refused) throw new Error('refused');
    await tx.query('insert into effect (subject, version) values ($1, $2)', [event.subject, event.aggregateversion]);
    await keep(tx, event);
  }

  @EventPattern<string>(projectSnapshot.type)
  async stated(@Payload() event: Told, @Ctx() { tx }: EventContext): Promise<void> {
    await keep(tx, event);
  }
}

const keepSql = `insert into project as p (id, slug, version) values ($1, $2, $3)
  on conflict (id) do update set slug = excluded.slug, version = excluded.version where p.version < excluded.version`;
const keep = (tx: Tx, { subject, data, aggregateversion }: Told) =>
  tx.query(keepSql, [subject, data.slug, aggregateversion]);

/** A service with a database and a bus of its own, as in a process of its own. */
class Consumer {
  private app: INestApplication | undefined;

  private constructor(
    private readonly service: ServiceName,
    private readonly test: TestDatabase,
    readonly bus: EventBus,
  ) {}

  static async start(service: ServiceName, bus: EventBus): Promise<Consumer> {
    const test = await testDatabase({ migrations: eventingMigrations });
    await test.database.query('create table effect (seq serial, subject text, version int)');
    await test.database.query('create table project (id text primary key, slug text, version int)');
    const consumer = new Consumer(service, test, bus);
    await consumer.start();
    return consumer;
  }

  async start(): Promise<void> {
    const controllers = [OnProjectHandler];
    this.app = await startTestService({ service: this.service, url: this.test.url, controllers, bus: this.bus });
  }

  get letters(): DeadLetters {
    if (!this.app) throw new Error('It is not running.');
    return this.app.get(DeadLetters);
  }

  /** Ends, goes back to the beginning of what the bus keeps, and starts again, with nothing when it lost its database. */
  async replay({ loses = [] as readonly string[] } = {}): Promise<void> {
    await this.app?.close();
    if (loses.length > 0) await this.test.database.query(`truncate ${loses.join(', ')}`);
    // Its group may hold for a moment what has left it.
    await eventually(() => this.bus.rewind({ group: this.service, topics: ['berth.deployment-management'] }));
    await this.start();
  }

  async versionsOf(subject: string): Promise<number[]> {
    const sql = 'select version from effect where subject = $1 order by seq';
    return (await this.test.database.query<{ version: number }>(sql, [subject])).map((row) => row.version);
  }

  /** What it knows of some projects: name and version of each, in their order. */
  async knows(subjects: readonly string[]): Promise<[slug: string, version: number][]> {
    const sql = 'select slug, version from project where id = any ($1) order by array_position($1, id)';
    const rows = await this.test.database.query<{ slug: string; version: number }>(sql, [subjects]);
    return rows.map(({ slug, version }) => [slug, version]);
  }

  async remove(): Promise<void> {
    await this.app?.close();
    await this.bus.close();
    await this.test.drop();
  }
}

/** What outbox, bus and inbox promise together to two services that share nothing but the bus; run on each of its adapters. */
export function serviceContract(name: string, makeBus: (clientId: ServiceName) => EventBus): void {
  describe(`services over the bus: ${name}`, () => {
    let producing: TestDatabase;
    let bus: EventBus;
    let producer: INestApplication;
    let consumer: Consumer;

    beforeAll(async () => {
      bus = makeBus('deployment-management');
      producing = await testDatabase({ migrations: eventingMigrations });
      await producing.database.query('create table project (id text primary key, slug text)');
      producer = await startTestService({ service: 'deployment-management', url: producing.url, bus });
      producer.get(Snapshots).register({ aggregate: 'project', emit: statePage });
      consumer = await Consumer.start('metering', makeBus('metering'));
    });
    afterAll(async () => {
      await consumer.remove();
      await producer.close();
      await bus.close();
      await producing.drop();
    });

    const data = (projectId: string, slug: string) => ({ organizationId: randomUUID(), projectId, slug });
    const change = (subject: string, slug: string, also: (tx: Tx) => Promise<unknown> = () => Promise.resolve()) =>
      producer.get(Database).transaction(async (tx) => {
        const sql = 'insert into project values ($1, $2) on conflict (id) do update set slug = excluded.slug';
        await tx.query(sql, [subject, slug]);
        await producer.get(Outbox).append(tx, projectCreated, { subject, data: data(subject, slug) });
        await also(tx);
      });
    const changeOften = async (subject: string, times: number) => {
      for (let n = 1; n <= times; n++) await change(subject, `name-${n}`);
    };
    /** Told long ago: the bus keeps it no longer. */
    const changedLongAgo = (subject: string, slug: string) =>
      change(subject, slug, (tx) => tx.query(`delete from outbox where event ->> 'subject' = $1`, [subject]));
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    const subjects = (count: number) => Array.from({ length: count }, () => randomUUID()).sort();

    /** What happens to the owner's state before a page of snapshots is stated. */
    let beforePage: (cursor: string | null) => Promise<void> = () => Promise.resolve();
    /** Three projects a page. */
    async function statePage(tx: Tx, cursor: string | null): Promise<string | null> {
      const sql = 'select id, slug from project where ($1::text is null or id > $1) order by id limit 3';
      const rows = await tx.query<{ id: string; slug: string }>(sql, [cursor]);
      await beforePage(cursor);
      for (const { id, slug } of rows)
        await producer.get(Outbox).append(tx, projectSnapshot, { subject: id, data: data(id, slug) });
      return rows.length < 3 ? null : (rows.at(-1)?.id ?? null);
    }

    it('brings every committed event to its effect, in order', async () => {
      const some = subjects(8);
      await Promise.all(some.map((subject) => changeOften(subject, 25)));
      for (const subject of some)
        await eventually(async () => expect(await consumer.versionsOf(subject)).toEqual(upTo(25)));
      await eventually(async () => expect(await producing.database.query('select 1 from outbox')).toEqual([]));
    });

    it('parks a key whose event cannot be handled, and replays it in order', async () => {
      const [bad, good] = [randomUUID(), randomUUID()];
      refused = bad;
      await changeOften(bad, 3);
      await changeOften(good, 3);
      const parked = async () => (await consumer.letters.list({ limit: 1_000 })).items.filter(({ key }) => key === bad);
      await eventually(async () => {
        expect(await consumer.versionsOf(good)).toEqual(upTo(3));
        expect((await parked()).map(({ state }) => state)).toEqual(['failed', 'parked', 'parked']);
      });
      expect(await consumer.versionsOf(bad)).toEqual([]);
      refused = undefined;
      expect(await consumer.letters.replay(bad, 'mended')).toEqual({ replayed: 3, remaining: 0, error: null });
      expect(await consumer.versionsOf(bad)).toEqual(upTo(3));
    });

    it('applies nothing twice when the topic is replayed', async () => {
      const some = subjects(4);
      await Promise.all(some.map((subject) => changeOften(subject, 5)));
      for (const subject of some)
        await eventually(async () => expect(await consumer.versionsOf(subject)).toEqual(upTo(5)));
      await consumer.replay();
      // Of the same keys, so that all that came before is through when they are.
      for (const subject of some) await change(subject, 'last');
      for (const subject of some)
        await eventually(async () => expect(await consumer.versionsOf(subject)).toEqual(upTo(6)));
    });

    it('gives back to a consumer that lost its database what the bus keeps, as it was', async () => {
      const some = subjects(4);
      await Promise.all(some.map((subject) => changeOften(subject, 5)));
      const all = some.map((): [string, number] => ['name-5', 5]);
      await eventually(async () => expect(await consumer.knows(some)).toEqual(all));
      await consumer.replay({ loses: ['inbox', 'project', 'effect'] });
      await eventually(async () => expect(await consumer.knows(some)).toEqual(all));
      for (const subject of some) expect(await consumer.versionsOf(subject)).toEqual(upTo(5));
    });

    describe('to a consumer that comes with an empty database when the bus keeps nothing', () => {
      const old = subjects(10);
      let late: Consumer;

      beforeAll(async () => {
        for (const subject of old) for (const slug of ['first', 'second']) await changedLongAgo(subject, slug);
        late = await Consumer.start('user-management', makeBus('user-management'));
      });
      afterAll(() => late.remove());

      it('brings nothing of it by itself', async () => {
        const after = randomUUID();
        await change(after, 'new');
        await eventually(async () => expect(await late.knows([after])).toEqual([['new', 1]]));
        expect(await late.knows(old)).toEqual([]);
      });

      it('brings every project at its version, on command, also one that changes meanwhile', async () => {
        const [changed, ...others] = old as [string, ...string[]];
        beforePage = async (cursor) => {
          if (cursor !== null) return;
          beforePage = () => Promise.resolve();
          await change(changed, 'third');
        };
        await producer.get(Snapshots).emitAll('project');
        await eventually(async () => {
          expect(await late.knows(others)).toEqual(others.map(() => ['second', 3]));
          expect(await late.knows([changed])).toEqual([['third', 4]]);
        });
      });

      it('tells what follows in order, and the same again after a replay', async () => {
        for (const subject of old) await change(subject, 'last');
        const [, ...others] = old;
        const all = old.map((subject): [string, number] => ['last', others.includes(subject) ? 4 : 5]);
        await eventually(async () => expect(await late.knows(old)).toEqual(all));
        await late.replay({ loses: ['inbox', 'project', 'effect'] });
        await eventually(async () => expect(await late.knows(old)).toEqual(all));
      });

      it('states the same again on command, with the next versions, to consumers old and new', async () => {
        await producer.get(Snapshots).emitAll('project');
        const [, ...others] = old;
        const all = old.map((subject) => ['last', others.includes(subject) ? 5 : 6]);
        await eventually(async () => expect(await late.knows(old)).toEqual(all));
        await eventually(async () => expect(await consumer.knows(old)).toEqual(all));
      });
    });
  });
}
