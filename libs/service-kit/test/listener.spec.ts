import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Listener } from '../src/index.js';
import { CountedClock } from './fixtures/counted-clock.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const channel = 'Berth-told';
let clock: CountedClock;
let told: string[];
let listener: Listener;
beforeEach(() => {
  clock = new CountedClock();
  told = [];
  const options = { url: database.url, channel, onNotify: (payload: string) => void told.push(payload) };
  listener = new Listener(options, clock, pino({ level: 'silent' }));
});
afterEach(() => listener.close());

const notify = (payload: string) => database.database.query('select pg_notify($1, $2)', [channel, payload]);
/** The backend that listens. */
const listening = `from pg_stat_activity where datname = current_database() and query = 'listen "${channel}"'`;
const listeners = async () => (await database.database.query(`select pid ${listening}`)).length;
const cutOff = () => database.database.query(`select pg_terminate_backend(pid) ${listening}`);

describe('a listener', () => {
  it('is told once when it has begun, because something may have come before, and then of each notification', async () => {
    await notify('before');
    await listener.open();
    expect(told).toEqual(['']);
    await notify('first');
    await notify('');
    await eventually(() => expect(told).toEqual(['', 'first', '']));
  });

  it('hears nothing of another channel', async () => {
    await listener.open();
    await database.database.query(`select pg_notify('berth-told', 'lower case')`);
    await notify('own');
    await eventually(() => expect(told).toEqual(['', 'own']));
  });

  it('that was cut off connects again, and is told that it may have missed something', async () => {
    await listener.open();
    await cutOff();
    await eventually(() => expect(clock.timers.size).toBe(1));
    await notify('missed');
    clock.pass(500);
    await eventually(() => expect(told).toEqual(['', '']));
    await notify('heard');
    await eventually(() => expect(told).toEqual(['', '', 'heard']));
  });

  it('that is closed is gone, hears nothing more and does not come back', async () => {
    await listener.open();
    await listener.close();
    await eventually(async () => expect(await listeners()).toBe(0));
    await notify('late');
    expect([told, clock.timers.size]).toEqual([[''], 0]);
  });

  it('that is closed while it waits to connect again stays closed', async () => {
    await listener.open();
    await cutOff();
    await eventually(() => expect(clock.timers.size).toBe(1));
    await listener.close();
    clock.pass(500);
    await notify('late');
    expect([told, await listeners()]).toEqual([[''], 0]);
  });
});
