import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { releasesOf } from '../../lists.js';
import { notFound } from '../../errors.js';
import { bytes, time } from '../../output/format.js';
import { peopleOf } from '../../output/people.js';
import { record, table } from '../../output/table.js';
import { parseNumber } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[release]', 'v7; without it, the current one');

export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const { client, out, selection } = context;
  const named = wanted === undefined ? undefined : parseNumber(wanted, 'release');
  const { id: workload, currentRelease } = await selection.workload();
  const number = named ?? currentRelease;
  const releases = await releasesOf(client, workload);
  const release = releases.find((each) => each.number === number);
  if (!release) throw notFound('There is no such release.', 'See: berth releases list');
  await out.result(release, async () => {
    const name = await peopleOf(context, release.organizationId, [release.createdBy]);
    return `${about(release, name(release.createdBy))}\n\n${await processes(release)}`;
  });
}

const about = (each: Schemas['Release'], by: string): string =>
  record({
    Release: `v${each.number}`,
    Id: each.id,
    Reason: each.reason,
    Commit: each.commit,
    ...imageOf(each.artifact),
    Artifact: `${each.artifact.digest} (${bytes(each.artifact.sizeBytes)})`,
    Config: `version ${each.configVersion}, ${each.configHash}`,
    Hash: each.hash,
    'Was live': each.wasLive ? 'yes' : 'no',
    Made: `${time(each.createdAt)} by ${by}`,
  });

const imageOf = ({ repository, tag }: Schemas['Release']['artifact']): Record<string, string> =>
  repository === undefined ? {} : { Image: tag === undefined ? repository : `${repository}:${tag}` };

const processes = (each: Schemas['Release']): Promise<string> =>
  table(
    ['process', 'cpu', 'memory', 'health', 'command'],
    each.processes.map((type) => [
      type.name,
      `${type.cpuMillicores}m`,
      `${type.memoryMib}Mi`,
      type.health.path,
      type.command,
    ]),
  );
