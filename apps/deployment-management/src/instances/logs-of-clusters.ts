import type { LogLine, LogQuery } from '@berth/contracts/runtime';
import type { StreamEvent } from '@berth/service-kit';
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
  readonly cluster: string;
  readonly lines: AsyncIterator<LogLine>;
}

/**
 * The lines of a workload on all of its clusters, each with the name of its cluster: those that are stored by their time, with
 * `follow` as they come. A cluster that does not answer is an event of its own, `silent`. @throws RuntimeUnavailable when none does
 */
export async function* logsOfClusters(
  places: readonly PlacedRuntime[],
  workloadId: string,
  { query, after, signal }: { readonly query: LogQuery; readonly after: Cursors; readonly signal: AbortSignal },
): AsyncIterable<StreamEvent> {
  const reached = new Map(Object.entries(after));
  const heads = new Map(
    places.map(({ cluster, runtime }) => {
      const cursor = after[cluster];
      const wanted = { ...query, ...(cursor !== undefined && { after: cursor }) };
      const source = { cluster, lines: runtime.logs(workloadId, wanted, signal)[Symbol.asyncIterator]() };
      return [cluster, next(source)] as const;
    }),
  );
  let silent = 0;
  try {
    while (heads.size > 0) {
      const head = query.follow ? await Promise.race(heads.values()) : earliest(await Promise.all(heads.values()));
      const { cluster } = head.source;
      heads.delete(cluster);
      if (head.error !== undefined) yield silenceOf(head, ++silent === places.length);
      if (!head.line) continue;
      heads.set(cluster, next(head.source));
      reached.set(cluster, head.line.cursor);
      yield { id: cursorOf(Object.fromEntries(reached)), event: 'line', data: { ...head.line, cluster } };
    }
  } finally {
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

/** Of one that could not be asked. @throws what else went wrong, and when there is nobody left to ask */
function silenceOf({ source: { cluster }, error }: Head, isLast: boolean): StreamEvent {
  if (isLast || !(error instanceof RuntimeUnavailable)) throw error;
  return { event: 'silent', data: { cluster, message: `Lines of ${cluster} are missing: it could not be asked.` } };
}

/** What has nothing to say before what was said first. */
const earliest = (heads: readonly Head[]): Head =>
  heads.reduce((one, other) => ((one.line?.at ?? '') <= (other.line?.at ?? '') ? one : other));
