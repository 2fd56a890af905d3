import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseMemory } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

interface Options {
  readonly at: string;
  readonly size: string;
  readonly process: string;
  readonly class?: string;
  readonly perInstance?: boolean;
}

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<name>', 'its path is in BERTH_VOLUME_<NAME> of the process')
    .requiredOption('--at <path>', 'where the process sees it: /data')
    .requiredOption('--size <amount>', '512Mi, 10Gi')
    .option('--process <type>', 'whose instances have it', 'web')
    .option('--class <name>', "storage class; default: the cluster's own")
    .option('--per-instance', 'each instance has one of its own; otherwise there is one, and one instance')
    .description('storage that outlives instances and releases; what runs is replaced by instances that have it');

export async function run(
  { client, out, selection }: Context,
  { at, size, process, class: storageClass, perInstance = false }: Options,
  name: string,
): Promise<void> {
  const { id: workloadId } = await selection.workload();
  const sizes = { sizeMib: parseMemory(size), storageClass: storageClass ?? null, isPerInstance: perInstance };
  const made = await answerOf(
    client.POST('/v1/volumes', { body: { workloadId, process, name, mountPath: at, ...sizes } }),
  );
  await out.result(made, () => `The volume ${name} is at ${at} of ${process}, ${made.sizeMib} MiB.`);
}
