import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { chosen, type Choice, choosing, writeLines } from './entries.js';

export const options = (command: Command): Command =>
  choosing(inOrganization(command)).description('lines of JSON for a file: berth audit export > audit.ndjson');

export async function run(context: Context, choice: Choice): Promise<void> {
  const { id: organization } = await context.selection.organization();
  const query = { organization, ...chosen(choice) };
  await writeLines(
    context,
    await answerOf(context.client.GET('/v1/audit/export', { params: { query }, parseAs: 'stream' })),
  );
}
