import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HashThreads } from './hash-threads.js';

let threads: HashThreads;
beforeEach(() => void (threads = new HashThreads()));
afterEach(() => threads.onApplicationShutdown());

const LEAST_COST = 4;
const hash = async (password: string) => String(await threads.run({ password, against: LEAST_COST }));

/** Priorities of this process's threads. `stat` names the thread in brackets; niceness is the 17th value after that. */
const nicenesses = (): number[] => {
  if (process.platform !== 'linux') return [getPriority()];
  return readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
};

describe('threads that hash', () => {
  it('know a password again, and no other one', async () => {
    const stored = await hash('right');
    expect(await threads.run({ password: 'right', against: stored })).toBe(true);
    expect(await threads.run({ password: 'wrong', against: stored })).toBe(false);
  });

  it('answer each job by itself, however many there are at once', async () => {
    const passwords = ['one', 'two', 'three'];
    const stored = await Promise.all(passwords.map(hash));
    const known = await Promise.all(
      passwords.flatMap((password) => stored.map((against) => threads.run({ password, against }))),
    );
    expect(known).toEqual([true, false, false, false, true, false, false, false, true]);
  });

  it('fail as bcrypt does, and go on', async () => {
    await expect(threads.run({ password: undefined as never, against: LEAST_COST })).rejects.toThrow();
    expect(await hash('b')).toMatch(/^\$2b\$04\$/);
  });

  it('that end fail what they were asked, and others take over', async () => {
    await hash('a');
    const asked = expect(threads.run({ password: 'b', against: 12 })).rejects.toThrow('has ended');
    await threads.onApplicationShutdown();
    await asked;
    expect(await hash('c')).toMatch(/^\$2b\$04\$/);
  });

  it('hold up none of the few threads in which files are opened and names looked up, nor wait for them', async () => {
    await hash('a');
    const folder = await mkdtemp(join(tmpdir(), 'berth-pool-'));
    const pipes = Array.from({ length: 4 }, (_, number) => join(folder, String(number)));
    execFileSync('mkfifo', pipes);
    const opening = pipes.map((pipe) => open(pipe, 'r'));
    const stored = await hash('b');
    const writers = pipes.map((pipe) => openSync(pipe, 'r+'));
    const readers = await Promise.all(opening);
    expect(stored).toMatch(/^\$2b\$04\$/);
    for (const writer of writers) closeSync(writer);
    await Promise.all(readers.map((reader) => reader.close()));
    await rm(folder, { recursive: true });
  });

  // Linux alone knows priorities of threads.
  it('give way to everything else in the process, which stays as it is', async () => {
    const own = getPriority();
    await hash('a');
    const lower = process.platform === 'linux' ? Math.min(own + 5, 19) : own;
    expect(nicenesses()).toContain(lower);
    expect(getPriority()).toBe(own);
  });
});
