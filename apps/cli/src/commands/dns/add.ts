import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { givenSecret } from '../auth/credentials.js';
import { type KeyOptions, keyOptions, keyOf, secretQuestion, ttlOf } from './key-options.js';
import { ofOwner, ownerOf, type OwnerOptions } from './zones-of.js';

interface Options extends OwnerOptions, KeyOptions {
  readonly at: string[];
  readonly key: string;
}

export const options = (command: Command): Command =>
  keyOptions(ofOwner(command))
    .argument('<zone>', 'its name: example.com')
    .requiredOption('--at <address...>', 'who has it: the first one takes updates, all are asked for the answer')
    .requiredOption('--key <name>', 'key that signs updates (TSIG)');

export async function run(context: Context, given: Options, name: string): Promise<void> {
  const organizationId = await ownerOf(context, given);
  const key = keyOf(given.key, given, await givenSecret(context, given.secretStdin, secretQuestion));
  const body = { organizationId, name, servers: given.at, key, ...ttlOf(given) };
  const made = await answerOf(context.client.POST('/v1/dns-zones', { body }));
  await context.out.result(made, () => `Records of hosts in ${name} are made from now on: berth dns records ${name}`);
}
