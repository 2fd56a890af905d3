import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes, interrupted, notFound } from '../../errors.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { findCluster } from '../clusters/find-cluster.js';

type Check = Schemas['IsolationCheck'];

const LOOK_MILLISECONDS = 1_000;
const OWN = 'local';

export interface IsolationOptions {
  readonly image?: string;
  readonly last?: boolean;
}

export const options = (command: Command): Command =>
  command
    .argument('[cluster]', 'without it, the one that the installation was set up with')
    .option('--image <reference>', 'an image with Node.js, to try the network by: without one no pod is started')
    .option('--last', 'what the newest check found, without another one')
    .description(
      'make two tenants on a cluster, try the walls between them, and take them away; exits with 6 unless all hold',
    );

export async function run(context: Context, given: IsolationOptions, name: string = OWN): Promise<void> {
  const { id } = await findCluster(context.client, name);
  const check = given.last ? await newest(context, id, name) : await ended(context, await begun(context, id, given));
  await context.out.result(check, () => textOf(check));
  if (check.verdict === 'isolated') return;
  const what = check.verdict === 'not-isolated' ? 'are not isolated' : 'are not proven to be isolated';
  throw new CliError(exitCodes.invalid, `Tenants on ${name} ${what}.`);
}

const begun = ({ client }: Context, id: string, { image }: IsolationOptions): Promise<Check> =>
  answerOf(
    client.POST('/v1/clusters/{id}/isolation-checks', { params: { path: { id } }, body: { image: image ?? null } }),
  );

async function newest({ client }: Context, id: string, name: string): Promise<Check> {
  const params = { path: { id }, query: { limit: 1 } };
  const [check] = (await answerOf(client.GET('/v1/clusters/{id}/isolation-checks', { params }))).items;
  if (check) return check;
  throw notFound(`The isolation of ${name} was never checked.`, `Check it: berth doctor isolation ${name}`);
}

/** As it is once nothing is left of it, or once something keeps that from happening. */
async function ended({ client, clock, signal, out }: Context, begun: Check): Promise<Check> {
  const path = { id: begun.clusterId, checkId: begun.id };
  let check = begun;
  while (check.endedAt === null && !(check.verdict !== null && check.heldBy !== null)) {
    await clock.pause(LOOK_MILLISECONDS, signal);
    if (signal.aborted) throw interrupted('The check goes on. See it with: berth doctor isolation --last');
    check = await answerOf(client.GET('/v1/clusters/{id}/isolation-checks/{checkId}', { params: { path } }));
  }
  if (check.heldBy !== null) out.warn(`Something of the check is left there: it waits for ${check.heldBy}.`);
  return check;
}

async function textOf({ walls, createdAt, verdict }: Check): Promise<string> {
  if (verdict === null) return `The check of ${time(createdAt)} goes on.`;
  const rows = walls.map(({ name, outcome, message, nextStep }) => [name, outcome, message, nextStep]);
  return `Checked ${time(createdAt)}\n\n${await table(['wall', 'outcome', 'what was found', 'next step'], rows)}`;
}
