import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { loadAgentConfig } from '../src/config.js';
import { systemClock } from '../src/clock.js';
import { LineSplitter } from '../src/logs/line-splitter.js';
import { LiveLines } from '../src/logs/live-lines.js';
import { Cursors, formatLine, parseLine } from '../src/logs/log-line.js';
import { pump } from '../src/logs/pump.js';
import { Identities } from '../src/processes/identities.js';
import { listProcesses, parseStat, proportionalBytes, readProcess } from '../src/processes/proc.js';
import { shellCommand } from '../src/processes/shell-command.js';
import { launchFile } from '../src/slugs/launch-file.js';
import { revisionOf } from '../src/workloads/revision.js';
import { exceeds, UsageMeter } from '../src/workloads/usage-meter.js';
import { desiredOf, hashOf, web } from './support/test-agent.js';

describe('/proc', () => {
  it('is read right also for names with spaces and parentheses', () => {
    const text = '42 (a) b (c) S 7 8 9 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 1 0 987654 1000 25 18446744073709551615';
    const entry = parseStat(text);
    expect(entry).toMatchObject({ pid: 42, state: 'S', parent: 7, group: 8, session: 9, startTime: 987654 });
    expect(entry.cpuTicks).toBe(200);
    expect(entry.residentBytes).toBe(25 * 4096);
  });

  it('shows this process as the system does', () => {
    const own = readProcess(process.pid);
    expect(own?.parent).toBe(process.ppid);
    const resident = process.memoryUsage().rss;
    expect(own?.residentBytes).toBeGreaterThan(resident * 0.7);
    expect(own?.residentBytes).toBeLessThan(resident * 1.3);
    expect(proportionalBytes(process.pid)).toBeGreaterThan(1_000_000);
    expect(listProcesses().map(({ pid }) => pid)).toContain(process.pid);
    expect(readProcess(2 ** 30)).toBeUndefined();
  });
});

describe('usage', () => {
  const entry = (pid: number, cpuTicks: number, residentBytes: number) => ({
    pid,
    cpuTicks,
    residentBytes,
    state: 'S',
    parent: 1,
    group: pid,
    session: pid,
    startTime: 5,
  });

  it('is the CPU of all processes between two looks, those included that came between', () => {
    const meter = new UsageMeter();
    expect(meter.measure([entry(1, 100, 10)], 1_000)).toEqual({ cpuMillicores: 0, memoryBytes: 10 });
    expect(meter.measure([entry(1, 130, 10), entry(2, 20, 5)], 2_000)).toEqual({ cpuMillicores: 500, memoryBytes: 15 });
    expect(meter.measure([entry(2, 20, 5)], 2_500)).toEqual({ cpuMillicores: 0, memoryBytes: 5 });
  });

  it('is too much only when pages that are shared are counted once', () => {
    const own = [process.pid, process.pid, process.pid].map((pid) => entry(pid, 0, process.memoryUsage().rss));
    expect(exceeds(own, process.memoryUsage().rss * 4)).toBe(false);
    expect(exceeds(own, 1_000_000)).toBe(true);
    expect(exceeds([entry(process.pid, 0, 2 ** 40)], 2 ** 39)).toBe(false);
  });
});

describe('log lines', () => {
  it('come out of any cut of the bytes as they went in', () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 40 }).map((line) => line.replace(/[\r\n]/g, '')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(60)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const splitter = new LineSplitter();
        const out: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          out.push(...splitter.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        expect([...out, ...splitter.end()]).toEqual(lines);
      }),
    );
  });

  it('are cut at 16 Ki and held no longer, lose their carriage return, and need no end', () => {
    const splitter = new LineSplitter();
    expect(splitter.push(Buffer.from('x'.repeat(40_000))).map(({ length }) => length)).toEqual([16_384, 16_384]);
    expect(splitter.push(Buffer.from('\nwindows\r\nrest'))).toEqual(['x'.repeat(40_000 - 32_768), 'windows']);
    expect(splitter.end()).toEqual(['rest']);
    expect(splitter.end()).toEqual([]);
    expect(splitter.push(Buffer.from(`${'y'.repeat(20_000)}\n`)).map(({ length }) => length)).toEqual([16_384, 3_616]);
  });

  it('are read as they were written; a cut one is not read', () => {
    const at = new Date(1_700_000_000_123);
    const cursor = new Cursors().next(at.getTime());
    const base = { cursor, at: at.toISOString(), process: 'web-api', instance: 'web-api-0a1b', text: 'a\tb\tc' };
    for (const stream of ['stdout', 'stderr', 'platform'] as const) {
      const line = { ...base, stream };
      expect(parseLine('web-api-0a1b', formatLine(line).slice(0, -1))).toEqual(line);
    }
    for (const bad of ['', 'x', '0001', cursor, `${cursor}\t`, `${cursor}\tq\ttext`, `${cursor}\to`])
      expect(parseLine('web-1', bad)).toBeUndefined();
  });

  it('have cursors that only rise, also when the clock is set back', () => {
    const cursors = new Cursors();
    const made = [5, 5, 9, 3, 3, 10].map((time) => cursors.next(time));
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(made.length);
  });

  it('that a follower does not take in time are dropped and said to be', async () => {
    const live = new LiveLines();
    const line = { cursor: '1', at: '', process: 'web', instance: 'web-1', stream: 'stdout' as const, text: '' };
    const { signal } = new AbortController();
    live.push([line]);
    expect(await live.take(signal)).toEqual({ lines: [line], overflowed: false });
    for (let batch = 0; batch < 6; batch++) live.push(Array.from({ length: 1_000 }, () => line));
    expect(await live.take(signal)).toEqual({ lines: [], overflowed: true });
    const waiting = live.take(signal);
    live.push([line]);
    expect((await waiting)?.lines).toHaveLength(1);
    expect(await live.take(AbortSignal.abort())).toBeUndefined();
  });

  it('are read no faster than allowed', async () => {
    const chunks = Array.from({ length: 4 }, () => Buffer.from(`${'z'.repeat(999)}\n`));
    const started = Date.now();
    const lines: string[] = [];
    await pump(Readable.from(chunks), async (more) => void lines.push(...more), systemClock, 2_000);
    expect(lines).toHaveLength(4);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_900);
  });
});

describe('commands', () => {
  it.each([
    ['node server.js --port $PORT', 'exec node server.js --port $PORT'],
    ['  ./bin/start "a b" ', 'exec ./bin/start "a b"'],
    ['node a.js && node b.js', 'node a.js && node b.js'],
    ['A=1 node a.js', 'A=1 node a.js'],
    ['cd web', 'cd web'],
    ['exec node a.js', 'exec node a.js'],
    ['"my program" x', '"my program" x'],
    ['exit 3', 'exit 3'],
  ])('%s is given to the shell as %s', (command, expected) => expect(shellCommand(command)).toBe(expected));
});

describe('user ids', () => {
  it('are the same for a workload, never the same for two, and within their range', () => {
    const identities = new Identities();
    const ids = Array.from({ length: 3_000 }, (_, at) => identities.of(`workload ${at}`).uid);
    expect(new Set(ids).size).toBe(3_000);
    expect(ids.every((uid) => uid >= 200_000 && uid < 300_000)).toBe(true);
    expect(identities.of('workload 7').uid).toBe(ids[7]);
    expect(new Identities().of('workload 0').uid).toBe(ids[0]);
    identities.release('workload 7');
    expect(identities.of('workload 7').uid).toBe(ids[7]);
  });
});

describe('a revision', () => {
  const desired = desiredOf(hashOf('slug'), [web()]);
  const revision = revisionOf(desired, web());

  it('is another one for everything that needs new processes', () => {
    const changed = [
      revisionOf({ ...desired, restartToken: 'x' }, web()),
      revisionOf({ ...desired, release: { ...desired.release, hash: hashOf('x') } }, web()),
      revisionOf({ ...desired, release: { ...desired.release, configHash: hashOf('x') } }, web()),
      revisionOf(desired, web('other')),
      revisionOf(desired, web(undefined, { memoryMib: 300 })),
      revisionOf(desired, web(undefined, { cpuMillicores: 300 })),
      revisionOf(desired, web(undefined, { health: { ...web().health, path: '/' } })),
    ];
    expect(new Set([revision, ...changed]).size).toBe(8);
  });

  it('is the same for counts, hosts, deadlines and the number of the release', () => {
    const other = {
      ...desired,
      generation: 9,
      hosts: [],
      stopDeadlineSeconds: 9,
      release: { ...desired.release, number: 4 },
    };
    expect(revisionOf(other, web(undefined, { instances: 7 }))).toBe(revision);
  });
});

describe('a launch file', () => {
  it.each([
    [{ path: ['../x'] }],
    [{ path: ['/bin'] }],
    [{ path: ['a/../../b'] }],
    [{ path: ['a:b'] }],
    [{ env: { 'A B': '1' } }],
    [{ env: { A: 1 } }],
    [{ command: 'x' }],
  ])('%j is refused', (value) => expect(launchFile.safeParse(value).success).toBe(false));

  it('may be empty', () => expect(launchFile.parse({})).toEqual({ path: [], env: {} }));
});

describe('the configuration', () => {
  it('names everything that is missing', () => {
    expect(() => loadAgentConfig({ LOG_LEVEL: 'loud' })).toThrow(/AGENT_FOLDER[^]*BLOB_FOLDER[^]*LOG_LEVEL/);
  });
});
