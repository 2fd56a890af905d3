import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { chosen, type Choice, choosing, writeLines } from '../../audit/entries.js';

export const options = (command: Command): Command =>
  choosing(command).description('lines of JSON for a file: berth admin export-audit > audit.ndjson');

export async function run(context: Context, choice: Choice): Promise<void> {
  const request = { params: { query: chosen(choice) }, parseAs: 'stream' } as const;
  await writeLines(context, await answerOf(context.client.GET('/v1/admin/user-management/audit/export', request)));
}
