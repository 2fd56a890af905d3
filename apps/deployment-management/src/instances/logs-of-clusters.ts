import type { LogLine, LogQuery } from '@berth/contracts/runtime';
import type { Clock, StreamEvent } from '@berth/service-kit';
import { FirstCome } from '../runtime/first-come.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import type { PlacedRuntime } from '../runtime/runtimes.js';
import { cursorOf, type Cursors } from './log-cursor.js';

/** What a cluster says next; never a rejection, which nobody may be waiting for. */
interface Head {
  readonly source: Source;
  /** Undefined: it has no more. */
  readonly line?: LogLine | undefined;
  readonly error?: unknown;
}

interface Source {
  readonly place: PlacedRuntime;
  readonly lines: AsyncIterator<LogLine>;
}

interface Reading {
  readonly query: LogQuery;
  readonly after: Cursors;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

const AGAIN_MILLISECONDS = 2_000;

/**
 * The lines of a workload on all of its clusters, each with the name of its cluster: those that are stored by their time, with
 * `follow` as they come. A cluster that does not answer is an event of its own, `silent`. Who follows is told of a cluster for as
 * long as of any other: one that has ended, as when its instances were replaced, or is silent, is asked again until all have
 * ended. @throws RuntimeUnavailable when none answers
 */
export async function* logsOfClusters(
  places: readonly PlacedRuntime[],
  workloadId: string,
  { query, after, signal, clock }: Reading,
): AsyncIterable<StreamEvent> {
  const reached = new Map(Object.entries(after));
  const over = new AbortController();
  const open = AbortSignal.any([signal, over.signal]);
  const begin = (place: PlacedRuntime): Promise<Head> => {
    // Never the cursor of another cluster.
    const lines = place.runtime.logs(workloadId, { ...query, after: reached.get(place.cluster) }, open);
    return next({ place, lines: lines[Symbol.asyncIterator]() });
  };
  const heads = new Map<string, Promise<Head>>();
  const coming = new FirstCome<Head>();
  const expect = ({ cluster }: PlacedRuntime, head: Promise<Head>): void => {
    heads.set(cluster, head);
    if (query.follow) coming.expect(head);
  };
  for (const place of places) expect(place, begin(place));
  const silent = new Set<string>();
  /** Asked again, and nothing said since. */
  const ended = new Set<string>();
  try {
    while (heads.size > 0 && ended.size < places.length && !signal.aborted) {
      const head = query.follow ? await coming.next() : earliest(await Promise.all(heads.values()));
      const { place } = head.source;
      const { cluster } = place;
      heads.delete(cluster);
      const silence = silenceOf(head, silent, places.length);
      if (silence) yield silence;
      if (!head.line && query.follow) {
        ended.add(cluster);
        expect(
          place,
          clock.pause(AGAIN_MILLISECONDS, open).then(() => begin(place)),
        );
      }
      if (!head.line) continue;
      silent.delete(cluster);
      ended.delete(cluster);
      reached.set(cluster, head.line.cursor);
      expect(place, next(head.source));
      yield { id: cursorOf(Object.fromEntries(reached)), event: 'line', data: { ...head.line, cluster } };
    }
  } finally {
    over.abort();
    for (const head of heads.values()) void head.then(({ source }) => source.lines.return?.());
  }
}

async function next(source: Source): Promise<Head> {
  try {
    const { done, value } = await source.lines.next();
    return { source, line: done ? undefined : value };
  } catch (error) {
    return { source, error };
  }
}

/** Of one that could not be asked, once. @throws what else went wrong, and when there is nobody left to ask */
function silenceOf({ source, error }: Head, silent: Set<string>, places: number): StreamEvent | undefined {
  const { cluster } = source.place;
  if (error === undefined) return undefined;
  const isKnown = silent.has(cluster);
  if (!(error instanceof RuntimeUnavailable) || silent.add(cluster).size === places) throw error;
  if (isKnown) return undefined;
  return { event: 'silent', data: { cluster, message: `Lines of ${cluster} are missing: it could not be asked.` } };
}

/** What has nothing to say before what was said first. */
const earliest = (heads: readonly Head[]): Head =>
  heads.reduce((one, other) => ((one.line?.at ?? '') <= (other.line?.at ?? '') ? one : other));
