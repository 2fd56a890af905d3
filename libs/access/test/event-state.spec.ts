import { randomUUID } from 'node:crypto';
import { eventingMigrations } from '@berth/eventing';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EventStateRepository } from '../src/event-administration/event-state.repository.js';
import { stateOf } from '../src/event-administration/dead-letter-answers.js';
import { accessMigrations } from '../src/index.js';

let made: TestDatabase;
beforeAll(async () => {
  made = await testDatabase({ migrations: [...eventingMigrations, ...accessMigrations] });
});
afterAll(() => made.drop());

it('a service says how many events wait since when, how many are dead, and how old its copy of access rules is', async () => {
  const { database } = made;
  const states = new EventStateRepository(database);
  const nothing = { waiting: 0, oldestWaitingAt: null, accessHeardAt: null, deadLetters: 0 };
  expect(stateOf(await states.load())).toEqual(nothing);
  for (const at of ['2026-11-21T10:00:02Z', '2026-11-21T10:00:01Z'])
    await database.query(`insert into outbox (topic, key, event, created_at) values ('t', 'k', '{}', $1)`, [at]);
  for (const state of ['failed', 'parked', 'replayed', 'discarded'])
    await database.query(`insert into dead_letter (id, key, event, state) values ($1, 'k', '{}', $2)`, [
      randomUUID(),
      state,
    ]);
  await database.query(`update access_state set heartbeat_at = '2026-11-21T10:00:00Z'`);
  expect(stateOf(await states.load())).toEqual({
    waiting: 2,
    oldestWaitingAt: '2026-11-21T10:00:01.000Z',
    accessHeardAt: '2026-11-21T10:00:00.000Z',
    deadLetters: 2,
  });
});
