import { randomUUID } from 'node:crypto';
import { buildFailed, buildStarted, type EventOf } from '@berth/contracts/events';
import { Clock, currentCausationId, currentCorrelationId, withCorrelation } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplication } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DeadLetters, EmbeddedBus, EventContext, eventingMigrations, Outbox } from '../src/index.js';
import { buildData, cloudEvent, messageOf, silent } from './support.js';
import { startTestService } from './test-service.js';

type BuildStarted = EventOf<typeof buildStarted>;

/** What the handlers below do; a test changes it. */
let behaviour: (event: BuildStarted, calls: number) => void;
let calls: { id: string; correlationId: string | undefined; causationId: string | undefined }[];

@Controller()
class OnBuildStartedHandler {
  @EventPattern<string>(buildStarted.type)
  async handle(@Payload() event: BuildStarted, @Ctx() { tx }: EventContext): Promise<void> {
    calls.push({ id: event.id, correlationId: currentCorrelationId(), causationId: currentCausationId() });
    await tx.query('insert into effect (event_id, subject, version) values ($1, $2, $3)', [
      event.id,
      event.subject,
      event.aggregateversion,
    ]);
    behaviour(event, calls.filter((call) => call.id === event.id).length);
  }
}

@Controller()
class AlsoOnBuildStartedHandler {
  @EventPattern<string>(buildStarted.type)
  async handle(@Payload() event: BuildStarted, @Ctx() { tx }: EventContext): Promise<void> {
    await tx.query('insert into second_effect (event_id) values ($1)', [event.id]);
  }
}

describe('events in a Nest application', () => {
  let test: TestDatabase;
  let bus: EmbeddedBus;
  let app: INestApplication;

  beforeAll(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
    await test.database.query('create table effect (seq serial, event_id uuid, subject text, version int)');
    await test.database.query('create table second_effect (event_id uuid)');
  });
  afterAll(() => test.drop());

  beforeEach(async () => {
    behaviour = () => undefined;
    calls = [];
    bus = new EmbeddedBus({ url: test.url }, new Clock(), silent);
    app = await startTestService({
      service: 'deployment-management',
      url: test.url,
      controllers: [OnBuildStartedHandler, AlsoOnBuildStartedHandler],
      bus,
    });
  });
  afterEach(async () => {
    await app.close();
    await bus.close();
  });

  const versionsOf = async (subject: string): Promise<number[]> => {
    const sql = 'select version from effect where subject = $1 order by seq';
    return (await test.database.query<{ version: number }>(sql, [subject])).map((row) => row.version);
  };
  const publish = (subject: string, ...versions: number[]) => {
    const events = versions.map((aggregateversion) => cloudEvent({ subject, aggregateversion }));
    return bus.publish(events.map((event) => messageOf(event))).then(() => events);
  };
  const failFor = (subject: string, version: number) => (event: BuildStarted) => {
    if (event.subject === subject && event.aggregateversion === version) throw new Error('cannot be handled');
  };
  const lettersOf = async (subject: string) => {
    const { items } = await app.get(DeadLetters).list({ limit: 1_000 });
    return items.filter((item) => item.key === subject);
  };

  it('gives an event to every handler of its type, once, however often it is delivered', async () => {
    const event = cloudEvent();
    await bus.publish([messageOf(event), messageOf(event), messageOf(event)]);
    const [last] = await publish(event.subject, 2);
    await eventually(async () => expect(await versionsOf(event.subject)).toContain(last?.aggregateversion));
    expect(await versionsOf(event.subject)).toEqual([1, 2]);
    const second = await test.database.query('select 1 from second_effect where event_id = $1', [event.id]);
    expect(second).toHaveLength(1);
  });

  it('skips types without handler and leaves no trace of them', async () => {
    const unhandled = cloudEvent({ type: buildFailed.type, data: {} });
    const [after] = [cloudEvent({ subject: unhandled.subject })];
    await bus.publish([messageOf(unhandled), messageOf(after)]);
    await eventually(async () => expect(await versionsOf(after.subject)).toEqual([1]));
    expect(await test.database.query('select 1 from inbox where event_id = $1', [unhandled.id])).toEqual([]);
    expect(await lettersOf(unhandled.subject)).toEqual([]);
  });

  it('runs handlers in the correlation of the event, with the event as cause', async () => {
    const correlationid = randomUUID();
    const event = cloudEvent({ correlationid });
    await bus.publish([messageOf(event)]);
    await eventually(() =>
      expect(calls).toEqual([{ id: event.id, correlationId: correlationid, causationId: event.id }]),
    );
  });

  it('tries again without a trace of the failed attempt', async () => {
    const subject = randomUUID();
    behaviour = (_event, attempt) => {
      if (attempt < 3) throw new Error('not yet');
    };
    await publish(subject, 1);
    await eventually(async () => expect(await versionsOf(subject)).toEqual([1]));
    expect(calls).toHaveLength(3);
    expect(await lettersOf(subject)).toEqual([]);
  });

  it('parks the key of an event that cannot be handled, and nothing else', async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    behaviour = failFor(bad, 2);
    await publish(bad, 1, 2, 3, 4);
    await publish(good, 1, 2, 3);
    await eventually(async () => expect(await versionsOf(good)).toEqual([1, 2, 3]));
    await eventually(async () => expect(await lettersOf(bad)).toHaveLength(3));
    expect(await versionsOf(bad)).toEqual([1]);
    expect((await lettersOf(bad)).map((each) => [each.event.aggregateversion, each.state, each.attempts])).toEqual([
      [2, 'failed', 3],
      [3, 'parked', 0],
      [4, 'parked', 0],
    ]);
    expect((await lettersOf(bad))[0]?.error).toContain('cannot be handled');
  });

  it('replays a key in order and frees it', async () => {
    const subject = randomUUID();
    behaviour = failFor(subject, 1);
    await publish(subject, 1, 2, 3);
    await eventually(async () => expect(await lettersOf(subject)).toHaveLength(3));
    behaviour = () => undefined;
    const result = await app.get(DeadLetters).replay(subject, 'the handler was mended');
    expect(result).toEqual({ replayed: 3, remaining: 0, error: null });
    await publish(subject, 4);
    await eventually(async () => expect(await versionsOf(subject)).toEqual([1, 2, 3, 4]));
    expect(await lettersOf(subject)).toEqual([]);
    const kept = await test.database.query('select state, reason from dead_letter where key = $1 limit 1', [subject]);
    expect(kept).toEqual([{ state: 'replayed', reason: 'the handler was mended' }]);
  });

  it('stops a replay at the event that fails again and keeps the rest in order', async () => {
    const subject = randomUUID();
    behaviour = failFor(subject, 1);
    await publish(subject, 1, 2, 3);
    await eventually(async () => expect(await lettersOf(subject)).toHaveLength(3));
    behaviour = failFor(subject, 2);
    const result = await app.get(DeadLetters).replay(subject, 'half mended');
    expect(result).toMatchObject({ replayed: 1, remaining: 2, error: expect.stringContaining('cannot be handled') });
    expect(await versionsOf(subject)).toEqual([1]);
    expect((await lettersOf(subject)).map((each) => each.state)).toEqual(['failed', 'parked']);
  });

  it('drops a discarded event for ever, also when the bus delivers it again', async () => {
    const subject = randomUUID();
    behaviour = failFor(subject, 1);
    const [first] = await publish(subject, 1, 2);
    await eventually(async () => expect(await lettersOf(subject)).toHaveLength(2));
    expect(await app.get(DeadLetters).discard(first?.id ?? '', 'made by a broken producer')).toBe(true);
    behaviour = () => undefined;
    expect(await app.get(DeadLetters).replay(subject, 'go on')).toMatchObject({ replayed: 1, remaining: 0 });
    if (first) await bus.publish([messageOf(first)]);
    await publish(subject, 3);
    await eventually(async () => expect(await versionsOf(subject)).toEqual([2, 3]));
    expect(await app.get(DeadLetters).discard(first?.id ?? '', 'twice')).toBe(false);
  });

  it('makes data that does not fit its definition a dead letter', async () => {
    const event = cloudEvent({ data: { buildId: 'no uuid' } });
    await bus.publish([messageOf(event)]);
    await eventually(async () => expect((await lettersOf(event.subject))[0]?.error).toContain('buildId'));
    expect(calls).toEqual([]);
  });

  it('gives an event back to the bus when the infrastructure fails, and never buries it', async () => {
    const subject = randomUUID();
    behaviour = (_event, attempt) => {
      if (attempt < 6) throw Object.assign(new Error('terminating connection'), { code: '57P01' });
    };
    await publish(subject, 1, 2);
    await eventually(async () => expect(await versionsOf(subject)).toEqual([1, 2]));
    expect(await lettersOf(subject)).toEqual([]);
  });

  it('rolls the effect back with its inbox row when the second handler fails', async () => {
    const subject = randomUUID();
    await test.database.query('alter table second_effect add constraint never check (false) not valid');
    await publish(subject, 1);
    await eventually(async () => expect(await lettersOf(subject)).toHaveLength(1));
    expect(await versionsOf(subject)).toEqual([]);
    await test.database.query('alter table second_effect drop constraint never');
    expect(await app.get(DeadLetters).replay(subject, 'constraint dropped')).toMatchObject({ replayed: 1 });
    expect(await versionsOf(subject)).toEqual([1]);
  });

  it('carries an event from an outbox of another service to its effect', async () => {
    const other = await testDatabase({ migrations: eventingMigrations });
    const producer = await startTestService({ service: 'build', url: other.url, bus });
    const buildId = randomUUID();
    await withCorrelation({ correlationId: 'request-1' }, () =>
      other.database.transaction((tx) =>
        producer.get(Outbox).append(tx, buildStarted, { subject: buildId, data: buildData(buildId) }),
      ),
    );
    await eventually(async () => expect(await versionsOf(buildId)).toEqual([1]));
    expect(calls[0]?.correlationId).toBe('request-1');
    await producer.close();
    await other.drop();
  });

  it('consumes nothing in the role api', async () => {
    const other = await testDatabase({ migrations: eventingMigrations });
    await other.database.query('create table effect (seq serial, event_id uuid, subject text, version int)');
    const api = await startTestService({
      service: 'metering',
      url: other.url,
      controllers: [OnBuildStartedHandler],
      role: 'api',
      bus,
    });
    const subject = randomUUID();
    await publish(subject, 1);
    await eventually(async () => expect(await versionsOf(subject)).toEqual([1]));
    expect(await test.database.query(`select 1 from berth_bus.position where consumer_group = 'metering'`)).toEqual([]);
    await api.close();
    await other.drop();
  });
});

describe('the start of an application', () => {
  it('fails when a handler names a type that is not in the registry', async () => {
    @Controller()
    class WrongHandler {
      @EventPattern<string>('berth.build.imagined.v1')
      handle(): void {}
    }
    const test = await testDatabase({ migrations: eventingMigrations });
    const starting = startTestService({
      service: 'metering',
      url: test.url,
      controllers: [WrongHandler],
    });
    await expect(starting).rejects.toThrow('berth.build.imagined.v1');
    await test.drop();
  });
});
