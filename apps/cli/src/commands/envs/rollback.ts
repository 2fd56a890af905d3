import { answerOf, type Client } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes, interrupted, notFound } from '../../errors.js';
import { inProject } from '../options.js';
import { type Rollback, rollbackTable } from './rollback-view.js';

const LOOK_MILLISECONDS = 500;

export interface RollbackOptions {
  readonly partial?: boolean;
  readonly wait?: boolean;
}

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<name>')
    .argument('[snapshot]', 'without it, the newest: berth envs snapshots NAME')
    .option('--partial', 'also when some apps cannot go back; without it, then none does')
    .option('--wait', 'until all of them have ended; exits with 7 unless all went back')
    .description('take every app of an environment back to a snapshot: code, config, secrets and sizes');

export async function run(context: Context, given: RollbackOptions, name: string, wanted?: string): Promise<void> {
  const { client, out, selection } = context;
  const { id } = await selection.environment(name);
  const body = { snapshotId: wanted ?? (await newest(client, id, name)), partial: given.partial ?? false };
  const begun = await answerOf(client.POST('/v1/environments/{id}/rollbacks', { params: { path: { id } }, body }));
  const rollback = given.wait ? await ended(context, begun) : begun;
  await out.result(rollback, () => rollbackTable(rollback));
  if (!given.wait || rollback.status === 'succeeded') return;
  const text = rollback.status === 'partial' ? 'Not every app went back.' : 'No app went back.';
  throw new CliError(exitCodes.deploymentFailed, text, 'See why: berth deployments list --app APP');
}

async function newest(client: Client, id: string, name: string): Promise<string> {
  const params = { path: { id }, query: { limit: 1 } };
  const [snapshot] = (await answerOf(client.GET('/v1/environments/{id}/snapshots', { params }))).items;
  if (snapshot) return snapshot.id;
  throw notFound(`There is no snapshot of ${name}.`, `Make one: berth envs snapshot ${name}`);
}

async function ended({ client, clock, signal }: Context, begun: Rollback): Promise<Rollback> {
  const path = { id: begun.environmentId, rollbackId: begun.id };
  let rollback = begun;
  while (rollback.status === 'running') {
    await clock.pause(LOOK_MILLISECONDS, signal);
    if (signal.aborted) throw interrupted('The rollback goes on. See: berth deployments list --app APP');
    rollback = await answerOf(client.GET('/v1/environments/{id}/rollbacks/{rollbackId}', { params: { path } }));
  }
  return rollback;
}
