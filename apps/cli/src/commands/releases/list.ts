import type { Context } from '../../context.js';
import { releasesOf } from '../../lists.js';
import { bytes, shortCommit, shortDigest, time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: workload, currentRelease } = await selection.workload();
  const releases = await releasesOf(client, workload);
  const rows = releases.map((each) => [
    `v${each.number}${each.number === currentRelease ? ' (current)' : ''}`,
    each.reason,
    shortCommit(each.commit),
    shortDigest(each.artifact.digest),
    bytes(each.artifact.sizeBytes),
    each.configVersion,
    each.wasLive ? 'yes' : 'no',
    time(each.createdAt),
  ]);
  const head = ['release', 'reason', 'commit', 'artifact', 'size', 'config', 'was live', 'created'];
  await out.result(releases, () => table(head, rows));
}
