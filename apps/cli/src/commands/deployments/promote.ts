import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settle, type WaitOptions, waiting } from '../../deploying/settle.js';
import { CliError, exitCodes, usageError } from '../../errors.js';
import { parseNumber } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

interface Options extends WaitOptions {
  readonly from: string;
  readonly to?: string;
  readonly release?: string;
}

export const options = (command: Command): Command =>
  waiting(ofWorkload(command))
    .requiredOption('--from <env>', 'environment whose release is taken')
    .option('--to <env>', 'environment that gets it, with its own config (default: --env)')
    .option('--release <release>', 'v7; without it, the current one');

export async function run(context: Context, given: Options): Promise<void> {
  const { client, selection } = context;
  const named = given.release === undefined ? undefined : parseNumber(given.release, 'release');
  const from = await selection.workload(given.from);
  const number = named ?? currentOf(from, given.from);
  const target = await selection.workloadOrNew(given.to);
  if (target.id === from.id) throw usageError('--from and --to are the same environment.');
  const params = { path: { id: target.id } };
  const body = { source: { kind: 'promote' as const, workloadId: from.id, number } };
  const started = await answerOf(client.POST('/v1/workloads/{id}/deployments', { params, body }));
  await settle(context, started as Schemas['Deployment'], given);
}

function currentOf({ currentRelease }: Schemas['Workload'], environment: string): number {
  if (currentRelease !== null) return currentRelease;
  throw new CliError(exitCodes.conflict, `Nothing is live in ${environment} yet.`);
}
