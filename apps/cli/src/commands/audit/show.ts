import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { time } from '../../output/format.js';
import { record } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { changesIn } from './changes-in.js';

export const options = (command: Command): Command => inOrganization(command).argument('<entry>', 'id of an entry');

export async function run(context: Context, _: object, entry: string): Promise<void> {
  const { id: organization, slug } = await context.selection.organization();
  const query = { organization, entry, limit: 1 };
  const { items } = await answerOf(context.client.GET('/v1/audit', { params: { query } }));
  const [found] = items;
  if (!found) throw notFound(`The audit trail of ${slug} has no entry ${entry}.`);
  await context.out.result(found, () => record(fieldsOf(found)));
}

/** Forgotten and unknown addresses look the same: nobody can tell them apart. */
const fieldsOf = ({ detail, ...entry }: Schemas['AuditEntry']) => ({
  Entry: entry.entryId,
  At: time(entry.at),
  Action: entry.action,
  On: `${entry.target.kind} ${entry.target.id}`,
  By: `${entry.actor.kind} ${entry.actor.id}`,
  Session: detail.request?.sessionId ?? null,
  From: entry.address,
  Correlation: detail.request?.correlationId ?? null,
  Changed: changesIn(detail).join('; ') || null,
  Service: entry.service,
  Place: entry.sequence,
  Hash: entry.hash,
});
