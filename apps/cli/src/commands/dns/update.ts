import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { givenSecret } from '../auth/credentials.js';
import { type KeyOptions, keyOptions, keyOf, secretQuestion, ttlOf } from './key-options.js';
import { findZone, ofOwner, type OwnerOptions } from './zones-of.js';

interface Options extends OwnerOptions, KeyOptions {
  readonly at?: string[];
  readonly key?: string;
}

export const options = (command: Command): Command =>
  keyOptions(ofOwner(command))
    .argument('<zone>', 'its name')
    .option('--at <address...>', 'who has it from now on')
    .option('--key <name>', 'another key, or the same with another secret');

export async function run(context: Context, given: Options, name: string): Promise<void> {
  const { at, key } = given;
  if (key === undefined && (given.secretStdin || given.algorithm))
    throw usageError('Say which key that is of: --key NAME');
  const { id } = await findZone(context, given, name);
  const body = {
    ...(at && { servers: at }),
    ...(key !== undefined && {
      key: keyOf(key, given, await givenSecret(context, given.secretStdin, secretQuestion)),
    }),
    ...ttlOf(given),
  };
  const made = await answerOf(context.client.PATCH('/v1/dns-zones/{id}', { params: { path: { id } }, body }));
  await context.out.result(made, () => `Zone ${name} is written to as said, from now on: berth dns list`);
}
