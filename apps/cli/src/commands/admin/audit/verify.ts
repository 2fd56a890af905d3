import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { showVerification } from '../../audit/entries.js';

export const options = (command: Command): Command => command;

export async function run(context: Context): Promise<void> {
  const found = await answerOf(context.client.GET('/v1/admin/user-management/audit/verification'));
  await showVerification(context, found, 'the platform');
}
