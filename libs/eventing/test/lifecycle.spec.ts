import { randomUUID } from 'node:crypto';
import { buildStarted, type EventOf } from '@berth/contracts/events';
import { Clock, Database } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplication, type OnModuleInit, Scope } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { from, type Observable } from 'rxjs';
import {
  DeadLetters,
  EmbeddedBus,
  EventContext,
  eventingMigrations,
  EventsTransport,
  repeatable,
} from '../src/index.js';
import { cloudEvent, messageOf, silent } from './support.js';
import { startTestService } from './test-service.js';

type BuildStarted = EventOf<typeof buildStarted>;

let log: string[];
let inHandler: () => Promise<void>;

@Controller()
class LoggingHandler implements OnModuleInit {
  async onModuleInit(): Promise<void> {
    await new Clock().pause(100);
    log.push('started');
  }

  @EventPattern<string>(buildStarted.type)
  async handle(@Payload() event: BuildStarted, @Ctx() { tx }: EventContext): Promise<void> {
    log.push('handling');
    await inHandler();
    await tx.query('insert into effect (event_id) values ($1)', [event.id]);
    log.push('handled');
  }
}

@Controller()
class ObservableHandler {
  @EventPattern<string>(buildStarted.type)
  handle(@Payload() event: BuildStarted, @Ctx() { tx }: EventContext): Observable<unknown> {
    return from(tx.query('insert into effect (event_id) values ($1)', [event.id]));
  }
}

@Controller()
class RepeatableHandler {
  @EventPattern<string>(buildStarted.type, repeatable)
  async handle(@Payload() event: BuildStarted, @Ctx() { tx }: EventContext): Promise<void> {
    await tx.query('insert into effect (event_id) values ($1)', [event.id]);
  }
}

@Controller({ scope: Scope.REQUEST })
class RequestScopedHandler {
  @EventPattern<string>(buildStarted.type)
  async handle(@Payload() event: BuildStarted, @Ctx() { tx }: EventContext): Promise<void> {
    await tx.query('insert into effect (event_id) values ($1)', [event.id]);
    if (event.aggregateversion === 13) throw new Error('unlucky');
  }
}

describe('an application that consumes events', () => {
  let test: TestDatabase;
  let bus: EmbeddedBus;
  let apps: INestApplication[];

  beforeEach(async () => {
    log = [];
    inHandler = () => Promise.resolve();
    apps = [];
    test = await testDatabase({ migrations: eventingMigrations });
    await test.database.query('create table effect (event_id uuid)');
    bus = new EmbeddedBus({ url: test.url }, new Clock(), silent);
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await bus.close();
    await test.drop();
  });

  const start = async (controller: new () => object) => {
    const app = await startTestService({ service: 'metering', url: test.url, controllers: [controller], bus });
    apps.push(app);
    return app;
  };
  const effects = async () => {
    const rows = await test.database.query<{ event_id: string }>('select event_id from effect');
    return rows.map((row) => row.event_id);
  };

  it('handles nothing before every module is initialized, though Nest listens earlier', async () => {
    await bus.publish([messageOf(cloudEvent())]);
    await start(LoggingHandler);
    await eventually(() => expect(log).toEqual(['started', 'handling', 'handled']));
  });

  it('finishes the event in hand before it closes, with its database open', async () => {
    let release: (() => void) | undefined;
    // Only the first event waits: were the second one handled, the test would see it instead of hanging.
    inHandler = () => (release ? Promise.resolve() : new Promise((resolve) => (release = resolve)));
    const app = await start(LoggingHandler);
    const transport = app.get(EventsTransport);
    const close = transport.close.bind(transport);
    let closing = false;
    transport.close = () => {
      const ended = close();
      closing = true;
      return ended;
    };
    const event = cloudEvent();
    await bus.publish([messageOf(event), messageOf(cloudEvent({ subject: event.subject, aggregateversion: 2 }))]);
    await eventually(() => expect(release).toBeDefined());
    const closed = app.close();
    await eventually(() => expect(closing).toBe(true));
    release?.();
    await closed;
    expect(log).toEqual(['started', 'handling', 'handled']);
    expect(await effects()).toEqual([event.id]);
  });

  it('takes up after a restart what came meanwhile', async () => {
    const first = await start(LoggingHandler);
    await first.close();
    apps = [];
    const event = cloudEvent();
    await bus.publish([messageOf(event)]);
    await start(LoggingHandler);
    await eventually(async () => expect(await effects()).toEqual([event.id]));
  });

  it('shares the work between replicas: each event takes effect once', async () => {
    await start(LoggingHandler);
    await start(LoggingHandler);
    const events = Array.from({ length: 60 }, () => cloudEvent());
    await bus.publish(events.map((event) => messageOf(event)));
    await eventually(async () => expect(await effects()).toHaveLength(60));
    expect((await effects()).sort()).toEqual(events.map((event) => event.id).sort());
  });

  it('keeps no inbox row for a handler that calls itself repeatable', async () => {
    await start(RepeatableHandler);
    const event = cloudEvent();
    await bus.publish([messageOf(event), messageOf(event)]);
    await eventually(async () => expect(await effects()).toEqual([event.id, event.id]));
    expect(await test.database.query('select 1 from inbox')).toEqual([]);
  });

  it('waits for a handler that answers an observable', async () => {
    await start(ObservableHandler);
    const event = cloudEvent();
    await bus.publish([messageOf(event)]);
    await eventually(async () => expect(await effects()).toEqual([event.id]));
  });

  it('keeps the error of a handler with a scope of its own', async () => {
    const app = await start(RequestScopedHandler);
    const [good, bad] = [cloudEvent(), cloudEvent({ aggregateversion: 13 })];
    await bus.publish([messageOf(good), messageOf(bad)]);
    await eventually(async () => expect(await effects()).toEqual([good.id]));
    const letters = () => app.get(DeadLetters).list();
    await eventually(async () => expect((await letters()).items[0]?.error).toBe('Error: unlucky'));
  });

  it('keeps its database apart from what it consumes: a group of another name gets everything, too', async () => {
    const event = cloudEvent({ subject: randomUUID() });
    await bus.publish([messageOf(event)]);
    const others: string[] = [];
    const deliver = (message: { event: { id: string } }) => Promise.resolve(void others.push(message.event.id));
    await bus.subscribe({ group: 'other', topics: ['berth.build'] }, deliver);
    const app = await start(LoggingHandler);
    await eventually(async () => expect([await effects(), others]).toEqual([[event.id], [event.id]]));
    expect(app.get(Database)).toBeInstanceOf(Database);
  });
});
