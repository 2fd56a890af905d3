import type { Database } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { silent } from '../../test/support.js';
import { RelayWaker } from './relay-waker.js';

/** A database on which each notification ends when the test says so. */
class SlowDatabase {
  readonly waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  notified = 0;

  query(): Promise<object[]> {
    this.notified++;
    return new Promise((resolve, reject) => this.waiting.push({ resolve: () => resolve([]), reject }));
  }

  async end(error?: Error): Promise<void> {
    const next = this.waiting.shift();
    if (error) next?.reject(error);
    else next?.resolve();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

const make = () => {
  const database = new SlowDatabase();
  return { database, waker: new RelayWaker(database as unknown as Database, silent) };
};

describe('waking the relay', () => {
  it('is a call when the relay runs in this process: nothing is sent', () => {
    const { database, waker } = make();
    let woken = 0;
    waker.connect(() => woken++);
    waker.wake();
    waker.wake();
    expect([woken, database.notified]).toEqual([2, 0]);
  });

  it('is a notification when it runs elsewhere', () => {
    const { database, waker } = make();
    waker.wake();
    expect(database.notified).toBe(1);
  });

  it('sends one notification for all commits that come while one is under way', async () => {
    const { database, waker } = make();
    for (let commit = 0; commit < 50; commit++) waker.wake();
    expect(database.notified).toBe(1);
    await database.end();
    expect(database.notified).toBe(2);
    await database.end();
    expect(database.notified).toBe(2);
  });

  it('tells of a commit that came after the notification was sent', async () => {
    const { database, waker } = make();
    waker.wake();
    await database.end();
    waker.wake();
    expect(database.notified).toBe(2);
  });

  it('goes on after a notification that failed', async () => {
    const { database, waker } = make();
    waker.wake();
    await database.end(new Error('connection lost'));
    waker.wake();
    expect(database.notified).toBe(2);
  });

  it('is a notification again when the relay of this process is no longer the active one', () => {
    const { database, waker } = make();
    waker.connect(() => undefined);
    waker.wake();
    waker.connect(undefined);
    waker.wake();
    expect(database.notified).toBe(1);
  });
});
