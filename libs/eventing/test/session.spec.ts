import { Clock } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Session, type SessionConnection } from '../src/session/session.js';
import { ClockWithoutPolls, silent } from './support.js';

/** Milliseconds between the signs of life, and the clock that gives them. */
interface Own {
  readonly beat: number;
  readonly clock?: Clock;
}

describe('a database session', () => {
  let test: TestDatabase;
  let sessions: Session[] = [];
  const clock = new Clock();

  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.drop());
  afterEach(async () => {
    await Promise.all(sessions.map((session) => session.close()));
    sessions = [];
  });

  const start = (work: (connection: SessionConnection) => Promise<void>, url = test.url, own?: Own): Session => {
    const session = new Session('test-session', { url }, own?.clock ?? clock, silent, own?.beat);
    sessions.push(session);
    session.start(work);
    return session;
  };
  const untilEnded = (connection: SessionConnection) => clock.pause(60_000, connection.ended);
  const connected = async (own?: Own): Promise<SessionConnection> => {
    let found: SessionConnection | undefined;
    start(
      (connection) => {
        found = connection;
        return untilEnded(connection);
      },
      test.url,
      own,
    );
    return eventually(() => {
      if (!found) throw new Error('not connected');
      return found;
    });
  };
  const terminate = () =>
    test.database.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'test-session' and datname = current_database()`);

  it('runs its work again on a new connection when the connection is lost', async () => {
    const backends: number[] = [];
    start(async (connection) => {
      const [row] = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');
      backends.push(row?.pid ?? 0);
      await untilEnded(connection);
    });
    await eventually(() => expect(backends).toHaveLength(1));
    await terminate();
    await eventually(() => expect(backends).toHaveLength(2));
    expect(new Set(backends).size).toBe(2);
  });

  it('tells its work that the connection has ended', async () => {
    const connection = await connected();
    expect(connection.ended.aborted).toBe(false);
    await terminate();
    await eventually(() => expect(connection.ended.aborted).toBe(true));
    await expect(connection.query('select 1')).rejects.toThrow();
  });

  it('runs its work again when it throws', async () => {
    let runs = 0;
    start((connection) => {
      if (++runs < 3) return Promise.reject(new Error('failed'));
      return untilEnded(connection);
    });
    await eventually(() => expect(runs).toBe(3));
  });

  it('never runs its work twice at once', async () => {
    let [begun, ended, most] = [0, 0, 0];
    start(async (connection) => {
      most = Math.max(most, ++begun - ended);
      await untilEnded(connection);
      await clock.pause(100);
      ended++;
    });
    for (let round = 1; round <= 3; round++) {
      await eventually(() => expect(begun).toBe(round));
      await terminate();
      await eventually(() => expect(ended).toBe(round));
    }
    expect(most).toBe(1);
  });

  it('waits for its work when it is closed', async () => {
    let [begun, finished] = [false, false];
    const session = start(async (connection) => {
      begun = true;
      await untilEnded(connection);
      await connection.query('select pg_sleep(0.1)');
      finished = true;
    });
    await eventually(() => expect(begun).toBe(true));
    await session.close();
    expect(finished).toBe(true);
    await eventually(async () => expect(await backends()).toBe(0));
  });

  it('closes also when it never could connect, and when it was never started', async () => {
    const unreachable = start(() => Promise.resolve(), 'postgres://nobody@127.0.0.1:1/none');
    await unreachable.close();
    await new Session('idle', { url: test.url }, clock, silent).close();
  });

  it('gives a lock to one session of a name until that one ends', async () => {
    const [one, two] = [await connected(), await connected()];
    expect(await one.tryLock('lock-a')).toBe(true);
    expect(await two.tryLock('lock-a')).toBe(false);
    expect(await two.tryLock('lock-b')).toBe(true);
    await sessions[0]?.close();
    await eventually(async () => expect(await two.tryLock('lock-a')).toBe(true));
  });

  it('of a process that is suspended gives its locks to another', async () => {
    let held = false;
    const holdOnce = async (connection: SessionConnection) => {
      held ||= await connection.tryLock('lock-c');
      await untilEnded(connection);
    };
    start(holdOnce, test.url, { beat: 50, clock: new ClockWithoutPolls() });
    await eventually(() => expect(held).toBe(true));
    const next = await connected();
    await eventually(async () => expect(await next.tryLock('lock-c')).toBe(true), { within: 30_000 });
  });

  it('gives signs of life while its work asks for nothing', async () => {
    const quiet = await connected({ beat: 1_000 });
    const [{ pid } = { pid: 0 }] = await quiet.query<{ pid: number }>('select pg_backend_pid() as pid');
    const spoke = async () =>
      (
        await test.database.query<{ at: string }>(
          'select query_start::text as at from pg_stat_activity where pid = $1',
          [pid],
        )
      )[0]?.at;
    const first = await spoke();
    await eventually(async () => expect([first, undefined]).not.toContain(await spoke()));
  });

  it('lets several loops share its connection: each gets the rows of its own statement', async () => {
    const connection = await connected();
    const asked = Array.from({ length: 200 }, (_, n) =>
      connection.query<{ n: number }>(`select $1::int as n`, [n]).then(([row]) => row?.n),
    );
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it('goes on after a statement that failed', async () => {
    const connection = await connected();
    const results = await Promise.allSettled([
      connection.query('select 1 / 0'),
      connection.query<{ n: number }>('select 2 as n'),
      connection.query('select wrong'),
      connection.query<{ n: number }>('select 3 as n'),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(connection.ended.aborted).toBe(false);
  });

  it('hears its own channel only', async () => {
    const connection = await connected();
    const heard: string[] = [];
    await connection.listen('one', (payload) => heard.push(payload));
    await connection.listen('two', () => undefined);
    await test.database.query(`select pg_notify('two', 'x'), pg_notify('one', 'y')`);
    await test.database.query(`select pg_notify('one', '')`);
    await eventually(() => expect(heard).toEqual(['y', '']));
  });

  const backends = async () => {
    const sql = `select count(*)::int as count from pg_stat_activity
      where application_name = 'test-session' and datname = current_database()`;
    return (await test.database.query<{ count: number }>(sql))[0]?.count;
  };
});
