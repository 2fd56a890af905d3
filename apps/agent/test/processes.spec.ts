import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentClock, systemClock, within } from '../src/clock.js';
import { lockFolder, prepareFolders } from '../src/folders.js';
import { Census } from '../src/processes/census.js';
import { Child } from '../src/processes/child.js';
import { endLeftovers } from '../src/processes/leftovers.js';
import { Ledger } from '../src/processes/ledger.js';
import { listensOn } from '../src/processes/listeners.js';
import { Ports } from '../src/processes/ports.js';
import { bootId, readProcess } from '../src/processes/proc.js';

const folder = mkdtempSync(join(tmpdir(), 'berth-agent-parts-'));
const started: Child[] = [];
let ledger: Ledger;
let census: Census;

beforeEach(() => {
  ledger = new Ledger(join(folder, 'ledger'));
  ledger.clear();
  census = new Census(systemClock);
});
afterEach(() => Promise.all(started.splice(0).map((child) => child.kill())));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, instanceId = 'worker-1', clock: AgentClock = systemClock): Child {
  const environment = { PATH: '/usr/bin:/bin', BERTH_INSTANCE: instanceId };
  const child = new Child({ instanceId, command, folder, environment, identity: undefined }, { clock, census, ledger });
  child.outputs?.stdout.resume();
  started.push(child);
  return child;
}

const pidOf = (child: Child): number => child.root?.pid ?? 0;

describe('a child', () => {
  it('leads a session of its own, is in the ledger, and tells how it ended', async () => {
    const child = run('sleep 300');
    const entry = readProcess(pidOf(child));
    expect(entry).toMatchObject({ session: pidOf(child), group: pidOf(child) });
    expect(ledger.entries()).toEqual([
      { instanceId: 'worker-1', pid: pidOf(child), startTime: entry?.startTime, bootId: bootId() },
    ]);
    await child.stop(1_000);
    expect(await child.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await run('exit 7').ended).toEqual({ code: 7, signal: null });
  });

  it('whose folder is not there never starts, and says why', async () => {
    const spec = { instanceId: 'worker-2', command: 'true', folder: join(folder, 'nowhere'), environment: {} };
    const child = new Child({ ...spec, identity: undefined }, { clock: systemClock, census, ledger });
    expect((await child.ended).spawnError).toContain('ENOENT');
    expect(child.root).toBeUndefined();
    await child.stop(10);
    await child.kill();
  });

  it('is given its whole time to end, and no more', async () => {
    const child = run(`trap '' TERM; while :; do sleep 0.05; done`);
    await eventually(() => expect(census.familyOf(child.root ?? fail()).length).toBeGreaterThan(1));
    const begin = Date.now();
    await child.stop(400);
    expect(Date.now() - begin).toBeGreaterThanOrEqual(390); // two clocks, each rounded
    expect(Date.now() - begin).toBeLessThan(20_000);
    expect((await child.ended).signal).toBe('SIGKILL');
    expect(census.familyOf(child.root ?? fail())).toEqual([]);
  });

  it('that is gone already takes no time to stop', async () => {
    const child = run('true');
    await child.ended;
    const begin = Date.now();
    await child.stop(50_000);
    expect(Date.now() - begin).toBeLessThan(20_000);
  });

  it('that forks without end is ended with all of its forks', async () => {
    const child = run('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do (setsid sh -c "sleep 300; true" &) ; done; sleep 300');
    await eventually(() => expect(census.familyOf(child.root ?? fail()).length).toBeGreaterThan(12));
    await child.kill();
    expect(census.familyOf(child.root ?? fail())).toEqual([]);
  });

  it('does not wait for readers of pipes that somebody holds open', async () => {
    const child = run('true');
    await child.ended;
    await child.finishOutputs(new Promise(() => undefined));
    expect(child.outputs?.stdout.destroyed).toBe(true);
  });
});

describe('the census', () => {
  it('tells two families apart, also when one is within the other’s user, folder and parent', async () => {
    const one = run('sleep 300 & sleep 301', 'worker-one');
    const two = run('sleep 302', 'worker-two');
    await eventually(() => expect(census.familyOf(one.root ?? fail())).toHaveLength(3));
    const pids = census.familyOf(two.root ?? fail()).map(({ pid }) => pid);
    expect(pids).toEqual([pidOf(two)]);
  });

  it('looks once for all who ask within the time they allow', async () => {
    let reads = 0;
    const clock: AgentClock = { ...systemClock, now: () => new Date((reads += 1) && 5_000) };
    const still = new Census(clock);
    const child = run('sleep 300');
    expect(still.familyOf(child.root ?? fail(), 100)).toHaveLength(1);
    process.kill(pidOf(child), 'SIGKILL');
    await child.ended;
    expect(still.familyOf(child.root ?? fail(), 100)).toHaveLength(1);
    expect(still.familyOf(child.root ?? fail())).toHaveLength(0);
    expect(reads).toBe(3);
  });
});

describe('leftovers', () => {
  const strangers: ChildProcess[] = [];
  afterEach(() => strangers.splice(0).forEach((each) => each.kill('SIGKILL')));

  function stranger(instanceId: string): number {
    const env = { PATH: '/usr/bin:/bin', BERTH_INSTANCE: instanceId };
    const made = spawn('sleep', ['300'], { env, detached: true, stdio: 'ignore' });
    strangers.push(made);
    return made.pid ?? 0;
  }

  const isAlive = (pid: number): boolean => readProcess(pid) !== undefined;

  it('are ended by pid and start time, by marker when the pid was not written yet, and nobody else is', async () => {
    const known = stranger('web-known');
    const unwritten = stranger('web-unwritten');
    const reused = stranger('web-other');
    ledger.record('web-known', known, readProcess(known)?.startTime ?? 0);
    ledger.record('web-unwritten', null, 0);
    ledger.record('web-reused', reused, (readProcess(reused)?.startTime ?? 0) - 1);
    expect(await endLeftovers(ledger, systemClock)).toBe(2);
    expect([known, unwritten, reused].map(isAlive)).toEqual([false, false, true]);
    expect(ledger.entries()).toEqual([]);
  });

  it('of another boot are not believed', async () => {
    const pid = stranger('web-before');
    const startTime = readProcess(pid)?.startTime ?? 0;
    const text = JSON.stringify({ instanceId: 'web-before', pid, startTime, bootId: 'before' });
    writeFileSync(join(folder, 'ledger/web-before.json'), text);
    expect(await endLeftovers(ledger, systemClock)).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect(readdirSync(join(folder, 'ledger'))).toEqual([]);
  });
});

describe('ports', () => {
  it('are free, never given twice while held, and come back', async () => {
    const ports = new Ports();
    const taken = await Promise.all(Array.from({ length: 40 }, () => ports.take()));
    expect(new Set(taken).size).toBe(40);
    // Those above are given to connections, also while an app starts that was told to listen there.
    expect(Math.max(...taken)).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(taken[0], '127.0.0.1', resolve));
    expect(listensOn(taken[0] ?? 0, [process.pid])).toBe(true);
    expect(listensOn(taken[0] ?? 0, [process.ppid])).toBe(false);
    expect(listensOn(taken[1] ?? 0, [process.pid])).toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
    ports.release(taken[0] ?? 0);
  });
});

describe('the folder of an agent', () => {
  it('is closed to others but for what leads to a slug, an instance or a volume', async () => {
    const made = join(folder, 'made');
    mkdirSync(join(made, 'instances/web-old/home'), { recursive: true });
    const folders = await prepareFolders(made, false);
    const modes = Object.entries(folders).map(([name, path]) => [name, (statSync(path).mode & 0o777).toString(8)]);
    expect(Object.fromEntries(modes)).toEqual({
      ...{ ledger: '700', slugs: '711', instances: '711', volumes: '711', logs: '700', tasks: '700' },
    });
    expect((statSync(made).mode & 0o777).toString(8)).toBe('711');
    expect(readdirSync(folders.instances)).toEqual([]);
  });

  it('is taken by one agent only, and free again when that one was closed, killed, or is of another boot', async () => {
    const taken = join(folder, 'taken');
    const free = await lockFolder(taken);
    await expect(lockFolder(taken)).rejects.toThrow(`An agent (process ${process.pid}) already works in ${taken}.`);
    await free();
    const startTime = readProcess(process.pid)?.startTime ?? 0;
    const holders = [
      { pid: 2 ** 22 + 1, startTime: 5, bootId: bootId() },
      { pid: process.pid, startTime: startTime - 1, bootId: bootId() },
      { pid: process.pid, startTime, bootId: 'before' },
    ];
    for (const holder of [...holders.map((each) => JSON.stringify(each)), '{"pid": ', '']) {
      writeFileSync(join(taken, 'agent.json'), holder);
      await (
        await lockFolder(taken)
      )();
    }
  });
});

describe('waiting', () => {
  it('ends with the work or with the time, whichever is first', async () => {
    expect(await within(systemClock, 1_000, Promise.resolve('done'), 'late')).toBe('done');
    expect(await within(systemClock, 20, new Promise(() => undefined), 'late')).toBe('late');
    await expect(within(systemClock, 1_000, Promise.reject(new Error('no')), 'late')).rejects.toThrow('no');
  });
});

function fail(): never {
  throw new Error('the process did not start');
}
