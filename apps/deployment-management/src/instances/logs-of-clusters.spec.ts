import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LogLine, LogQuery } from '@berth/contracts/runtime';
import { Clock } from '@berth/service-kit';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Runtime, RuntimeUnavailable } from '../runtime/runtime.js';
import { logsOfClusters } from './logs-of-clusters.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

class HastyClock extends Clock {
  override pause(): Promise<void> {
    return Promise.resolve();
  }
}

type Logs = (query: LogQuery) => AsyncIterable<LogLine>;
let left: AbortController;
beforeEach(() => {
  left = new AbortController();
});

function read(clusters: Readonly<Record<string, Logs>>, query: LogQuery, after: Readonly<Record<string, string>> = {}) {
  const logs = (of: Logs) => ({ logs: (_id: string, wanted: LogQuery) => of(wanted) }) as unknown as Runtime;
  const places = Object.entries(clusters).map(([cluster, of]) => ({ cluster, runtime: logs(of) }));
  const reading = { query, after, signal: left.signal, clock: new HastyClock() };
  return logsOfClusters(places, 'any', reading)[Symbol.asyncIterator]();
}

const lineOf = (cursor: string): LogLine => ({ cursor, text: `line ${cursor}` }) as LogLine;

async function* quiet(): AsyncGenerator<LogLine> {
  await once(left.signal, 'abort');
}

describe('lines that are followed on several clusters', () => {
  const follow = { follow: true };

  it('are not kept while another cluster says nothing', async () => {
    const count = 500;
    const lines: WeakRef<object>[] = [];
    async function* talking(): AsyncGenerator<LogLine> {
      for (let n = 0; n < count; n++) {
        const line = lineOf(`${n}`);
        lines.push(new WeakRef(line));
        yield await Promise.resolve(line);
      }
      yield* quiet();
    }
    const told = read({ quiet, talking }, follow);
    for (let n = 0; n < count; n++) await told.next();
    await new Promise(setImmediate);
    collectGarbage();
    expect(lines.filter((line) => line.deref() !== undefined).length).toBeLessThan(count / 10);
    left.abort();
    expect(await told.next()).toMatchObject({ done: true });
  });

  it('go on after the last one where a cluster ended, or was silent, which is said once', async () => {
    const asked: (string | undefined)[] = [];
    async function* restarting({ after }: LogQuery): AsyncGenerator<LogLine> {
      await Promise.resolve();
      asked.push(after);
      if ([2, 3].includes(asked.length)) throw new RuntimeUnavailable('gone');
      if (asked.length < 5) yield lineOf(`${asked.length}`);
      else yield* quiet();
    }
    const told = read({ quiet, restarting }, follow);
    const events = [await told.next(), await told.next(), await told.next()].map(({ value }) => value as object);
    expect(events).toMatchObject([
      { event: 'line', data: { cluster: 'restarting', text: 'line 1' } },
      { event: 'silent', data: { cluster: 'restarting' } },
      { event: 'line', data: { cluster: 'restarting', text: 'line 4' } },
    ]);
    expect(asked).toEqual([undefined, '1', '1', '1']);
    left.abort();
    expect(await told.next()).toMatchObject({ done: true });
  });
});

describe('lines that are followed', () => {
  async function* once(): AsyncGenerator<LogLine> {
    yield await Promise.resolve(lineOf('1'));
  }
  async function* nothing(): AsyncGenerator<LogLine> {}

  it.each([
    ['on one cluster', { once }, 1],
    ['on several, of which one is asked again meanwhile', { once, nothing }, 1],
    ['where nothing runs', { nothing }, 0],
  ])('end when all have ended, %s', async (_, clusters, count) => {
    const told = read(clusters, { follow: true });
    const lines: unknown[] = [];
    for (let each = await told.next(); !each.done; each = await told.next()) lines.push(each.value);
    expect(lines).toHaveLength(count);
  });
});

describe('lines that are stored on several clusters', () => {
  it('are asked for after the cursor of each, and never after that of another', async () => {
    const asked: (string | undefined)[] = [];
    async function* stored({ after }: LogQuery): AsyncGenerator<LogLine> {
      await Promise.resolve();
      asked.push(after);
      yield lineOf('9');
    }
    const told = read({ a: stored, b: stored }, { follow: false, after: 'several' }, { a: '3' });
    while (!(await told.next()).done);
    expect(asked).toEqual(['3', undefined]);
  });
});
