import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withFileLock } from '../src/session/file-lock.js';
import { SessionFile } from '../src/session/session-file.js';
import { Session } from '../src/session/session.js';

describe('sessions on disk', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'berth-session-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('loses no change of many at once', async () => {
    const sessions = Array.from({ length: 20 }, (_, index) => new Session(new SessionFile(folder), `http://s${index}`));
    await Promise.all(
      sessions.map((each, index) => each.start('ann', { accessToken: `a${index}`, refreshToken: null })),
    );
    const { servers } = await new SessionFile(folder).read();
    expect(Object.keys(servers)).toHaveLength(20);
    expect(await readdir(folder)).toEqual(['sessions.json']);
  });

  it('keeps servers apart', async () => {
    const [one, two] = ['http://one', 'http://two'].map((server) => new Session(new SessionFile(folder), server));
    await one?.start('ann', { accessToken: 'a1', refreshToken: 'r1' });
    await two?.start('bob', { accessToken: 'a2', refreshToken: 'r2' });
    await two?.access.write(['o@1']);
    await one?.clear();
    expect(await one?.read()).toBeUndefined();
    expect(await two?.read()).toEqual({ accessToken: 'a2', refreshToken: 'r2' });
    expect(await two?.access.read()).toEqual(['o@1']);
  });

  it('forgets what another user has seen when somebody logs in', async () => {
    const session = new Session(new SessionFile(folder), 'http://one');
    await session.start('ann', { accessToken: 'a1', refreshToken: 'r1' });
    await session.access.write(['o@1']);
    await session.start('bob', { accessToken: 'a2', refreshToken: 'r2' });
    expect(await session.access.read()).toEqual([]);
  });

  describe('the lock', () => {
    const lock = () => join(folder, 'x.lock');

    it('lets one in at a time, and the next after a failure', async () => {
      let inside = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, (inside += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
        throw new Error('failed');
      };
      const results = await Promise.allSettled(Array.from({ length: 6 }, () => withFileLock(lock(), work)));
      expect(results.map((each) => each.status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
      expect(most).toBe(1);
    });

    it('is taken over from a process that has died', async () => {
      await writeFile(lock(), '2147483646');
      expect(await withFileLock(lock(), () => Promise.resolve('in'))).toBe('in');
    });

    it('is taken over when it is older than any work', async () => {
      await writeFile(lock(), String(process.pid));
      const old = new Date(Date.now() - 120_000);
      await utimes(lock(), old, old);
      expect(await withFileLock(lock(), () => Promise.resolve('in'))).toBe('in');
    });

    it('is respected while its owner lives', async () => {
      await writeFile(lock(), String(process.pid));
      const waiting = withFileLock(lock(), () => Promise.resolve('in'));
      const first = await Promise.race([
        waiting,
        new Promise((resolve) => setTimeout(() => resolve('still out'), 150)),
      ]);
      expect(first).toBe('still out');
      await rm(lock());
      expect(await waiting).toBe('in');
    });
  });
});
