import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { bytes } from '../../output/format.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

interface Options {
  readonly once?: boolean;
}

export const options = (command: Command): Command =>
  ofWorkload(command).option('--once', 'one sample, then end; what is done without a terminal');

/** CPU, memory, storage and network of each instance, every second on a terminal. */
export async function run(context: Context, { once }: Options): Promise<void> {
  const { client, io, out, selection, signal } = context;
  const { id } = await selection.workload();
  if (once || out.json || !io.stdout.isTTY) {
    const sample = await answerOf(client.GET('/v1/workloads/{id}/stats', { params: { path: { id } } }));
    return out.result(sample, () => describe(sample));
  }
  for await (const event of client.eventStream(`/v1/workloads/${id}/stats`, { signal, follow: true })) {
    // Home, clear to the end of the screen: no flicker.
    io.stdout.write(`\u001b[H\u001b[J${await describe(event.data as Schemas['StatsSample'])}\n\nCtrl-C ends.\n`);
  }
}

export async function describe({ items, silent }: Schemas['StatsSample']): Promise<string> {
  const rows = items.map((each) => [
    each.instance,
    each.cluster,
    `v${each.release}`,
    each.state,
    `${each.cpuMillicores}m of ${each.cpuLimitMillicores}m`,
    `${bytes(each.memoryBytes)} of ${bytes(each.memoryLimitBytes)}`,
    each.storageBytes === null ? UNKNOWN : bytes(each.storageBytes),
    each.volumes.map(held).join(', '),
    each.network &&
      `${bytes(each.network.receivedBytesPerSecond)}/s in, ${bytes(each.network.sentBytesPerSecond)}/s out`,
    sources(each.sources),
  ]);
  const head = ['instance', 'cluster', 'release', 'state', 'cpu', 'memory', 'storage', 'volumes', 'network', 'source'];
  return [await table(head, rows), ...silent.map((cluster) => `${cluster} does not answer.`)].join('\n');
}

const UNKNOWN = '?';

const held = ({ usedBytes, capacityBytes }: { usedBytes: number | null; capacityBytes: number }): string =>
  `${usedBytes === null ? UNKNOWN : bytes(usedBytes)} of ${bytes(capacityBytes)}`;

/** Who said it: of processor and memory, and of storage and network where that is another one. */
const sources = ({ usage, storage, network }: Schemas['StatsSample']['items'][0]['sources']): string =>
  [...new Set([usage, storage, network])].filter((each) => each).join(', ');
