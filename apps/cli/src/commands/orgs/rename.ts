import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { asRead } from '../as-read.js';
import { inOrganization } from '../options.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<display-name>', 'shown to people; empty: its name');

/** What people read. The name stays: addresses and commands hold it. */
export async function run({ client, out, selection }: Context, _: object, displayName: string): Promise<void> {
  const path = { id: (await selection.organization()).id };
  const { response } = await client.GET('/v1/organizations/{id}', { params: { path } });
  const body = { displayName: displayName === '' ? null : displayName };
  const headers = asRead(response);
  const changed = await answerOf(client.PATCH('/v1/organizations/{id}', { params: { path }, headers, body }));
  await out.result(changed, () => `${changed.slug} is shown as ${changed.displayName ?? changed.slug}.`);
}
