import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { wholeNumber } from '../../parsing/whole-number.js';
import { inOrganization } from '../options.js';

interface Options {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly limit: number;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .option('--actor <id>', 'who did it')
    .option('--action <name>', 'deployments:create')
    .option('--target <id>', 'what it was done to')
    .option('--limit <number>', 'the newest', wholeNumber, 50);

export async function run(
  { client, out, selection }: Context,
  { limit, actor, action, target }: Options,
): Promise<void> {
  const { id: organization } = await selection.organization();
  const asked = { organization, ...(actor && { actor }), ...(action && { action }), ...(target && { target }) };
  const entries = await everyPage((cursor) => {
    const query = { ...asked, limit: Math.min(limit, 200), ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/audit', { params: { query } });
  }, limit);
  const rows = entries.map((each) => [
    time(each.at),
    each.action,
    `${each.target.kind} ${each.target.id}`,
    `${each.actor.kind} ${each.actor.id}`,
  ]);
  await out.result(entries, () => table(['at', 'action', 'on', 'by'], rows));
}
