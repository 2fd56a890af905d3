import type { EventStreamOptions, StreamedEvent } from '@berth/api-client';
import type { LogLine } from '@berth/contracts/runtime';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseCount, parseDuration } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

interface Options {
  readonly follow?: boolean;
  readonly process?: string;
  readonly instance?: string;
  readonly since?: string;
  readonly lines?: string;
}

export const options = (command: Command): Command =>
  ofWorkload(command)
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .option('--process <type>', 'of one process type: web, worker')
    .option('--instance <id>', 'of one instance')
    .option('--since <duration>', 'not older than 30s, 10m, 2h, 1d')
    .option('-n, --lines <count>', 'the last so many of the stored lines (default: 100, or all with --since)');

export async function run(context: Context, given: Options): Promise<void> {
  const { client, out, selection, signal } = context;
  const query = queryOf(given, context.clock.date());
  const { id } = await selection.workload();
  const stream: EventStreamOptions = { signal, follow: given.follow ?? false };
  for await (const event of client.eventStream(`/v1/workloads/${id}/logs?${query}`, stream)) {
    if (event.event === 'silent') out.warn((event.data as { message: string }).message);
    else out.line(out.json ? JSON.stringify(event.data) : text(event));
  }
  // Ctrl-C is how following ends.
  if (!given.follow) signal.throwIfAborted();
}

export function queryOf({ follow, process, instance, since, lines }: Options, now: Date): URLSearchParams {
  const from = since === undefined ? undefined : new Date(now.getTime() - parseDuration(since) * 1_000);
  const tail = lines === undefined ? (since === undefined ? 100 : undefined) : parseCount(lines);
  const query = new URLSearchParams({ follow: String(follow ?? false) });
  const parts = { process, instance, since: from?.toISOString(), tail: tail?.toString() };
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) query.set(name, value);
  return query;
}

function text({ data }: StreamedEvent): string {
  const line = data as LogLine;
  const where = line.cluster === undefined ? '' : `${line.cluster} `;
  return `${line.at} ${where}${line.instance} ${line.stream === 'platform' ? '* ' : ''}${line.text}`;
}
