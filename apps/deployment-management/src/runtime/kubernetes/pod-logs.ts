import type { LogLine, LogQuery } from '@berth/contracts/runtime';
import { isNotFound, isRefused, type KubeClient, kinds, pathOf, processNameIn } from '@berth/kubernetes';
import { FirstCome } from '../first-come.js';
import type { Pod } from './cluster-objects.js';
import { instanceId } from './instances.js';

/** What the pods of a workload print, as far as their nodes still have it, merged by time. */
export async function* podLogs(
  client: KubeClient,
  pods: readonly Pod[],
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const chosen = pods.filter((pod) => isAskedFor(pod, query));
  const streams = chosen.map((pod) => linesOf(client, pod, query, signal));
  if (query.follow) return yield* asTheyCome(streams);
  const all: LogLine[] = [];
  for (const stream of streams) for await (const line of stream) all.push(line);
  all.sort((a, b) => (a.cursor < b.cursor ? -1 : 1));
  yield* query.tail === undefined ? all : all.slice(Math.max(0, all.length - query.tail));
}

const isAskedFor = (pod: Pod, { process, instance }: LogQuery): boolean =>
  (process === undefined || process === processNameIn(pod.metadata.labels)) &&
  (instance === undefined || instance === instanceId(pod));

async function* linesOf(client: KubeClient, pod: Pod, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
  const { name, namespace } = pod.metadata;
  const path = `${pathOf(kinds.pod, namespace, name)}/log?${parametersOf(query).toString()}`;
  try {
    for await (const text of await client.transport.lines(path, signal)) {
      const line = lineOf(pod, text);
      if (query.after === undefined || line.cursor > query.after) yield line;
    }
  } catch (error) {
    // It went meanwhile, or its container has not begun: it has printed nothing that could be read.
    if (!isNotFound(error) && !isRefused(error)) throw error;
  }
}

function parametersOf({ since, tail, follow, after }: LogQuery): URLSearchParams {
  const parameters = new URLSearchParams({ timestamps: 'true', follow: String(follow) });
  const from = after?.split('/')[0] ?? since;
  if (from !== undefined) parameters.set('sinceTime', from);
  if (tail !== undefined && after === undefined) parameters.set('tailLines', String(tail));
  return parameters;
}

/** `2026-11-21T10:00:00.123456789Z text` */
function lineOf(pod: Pod, line: string): LogLine {
  const space = line.indexOf(' ');
  const at = line.slice(0, space);
  const instance = instanceId(pod);
  return {
    cursor: `${at}/${instance}`,
    at: new Date(at).toISOString(),
    process: processNameIn(pod.metadata.labels),
    instance,
    // The API does not say which of the two it was.
    stream: 'stdout',
    text: line.slice(space + 1),
  };
}

/** Whichever stream has a line next; ends when all have ended. */
async function* asTheyCome(streams: readonly AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const next = async (stream: AsyncGenerator<LogLine>) => ({ stream, result: await stream.next() });
  const coming = new FirstCome<Awaited<ReturnType<typeof next>>>();
  for (const stream of streams) coming.expect(next(stream));
  for (let open = streams.length; open > 0;) {
    const { stream, result } = await coming.next();
    if (result.done) open -= 1;
    else {
      yield result.value;
      coming.expect(next(stream));
    }
  }
}
