import { answerOf } from '@berth/api-client';
import { Argument, type Command } from 'commander';
import type { Context } from '../../context.js';

const identity = ['organization', 'signing-key'] as const;
const places = ['project', 'environment', 'app', 'workload', 'domain'] as const;

type Identity = (typeof identity)[number];
type Place = (typeof places)[number];

export const options = (command: Command): Command =>
  command.addArgument(new Argument('<aggregate>', 'what is told again').choices([...identity, ...places]));

/** For a service that lost its copy. */
export async function run({ client, out }: Context, _: object, aggregate: Identity | Place): Promise<void> {
  await (isPlace(aggregate)
    ? answerOf(client.POST('/v1/admin/deployment-management/snapshots', { body: { aggregate } }))
    : answerOf(client.POST('/v1/admin/user-management/snapshots', { body: { aggregate } })));
  await out.result({ aggregate }, () => `Every ${aggregate} was told again.`);
}

const isPlace = (aggregate: Identity | Place): aggregate is Place => (places as readonly string[]).includes(aggregate);
