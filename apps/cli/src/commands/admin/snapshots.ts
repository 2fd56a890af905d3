import { answerOf } from '@berth/api-client';
import { Argument, type Command } from 'commander';
import type { Context } from '../../context.js';

const aggregates = ['organization', 'signing-key'] as const;

export const options = (command: Command): Command =>
  command.addArgument(new Argument('<aggregate>', 'what is told again').choices(aggregates));

/** For a service that lost its copy. */
export async function run({ client, out }: Context, _: object, aggregate: (typeof aggregates)[number]): Promise<void> {
  await answerOf(client.POST('/v1/admin/user-management/snapshots', { body: { aggregate } }));
  await out.result({ aggregate }, () => `Every ${aggregate} was told again.`);
}
