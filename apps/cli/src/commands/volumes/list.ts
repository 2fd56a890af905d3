import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';
import { volumesOf } from './volumes.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  const volumes = await volumesOf(client, id);
  const rows = volumes.map((each) => [
    ...[each.name, each.process, each.mountPath, `${each.sizeMib} MiB`],
    ...[
      each.isPerInstance ? `${each.copies}, one per instance` : 'one writer',
      each.storageClass ?? 'default',
      each.state,
    ],
  ]);
  await out.result(volumes, () => table(['name', 'process', 'at', 'size', 'copies', 'class', 'state'], rows));
}
