import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { CliError, exitCodes } from '../../errors.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

/** Exits with 6 when anything is not as it was recorded. */
export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: organization, slug } = await selection.organization();
  const { items } = await answerOf(client.GET('/v1/audit/verification', { params: { query: { organization } } }));
  const rows = items.map(({ service, good, head, broken }) => [
    service,
    `${good} of ${head.sequence}`,
    broken ? `entry ${broken.sequence} is ${broken.reason}` : 'whole',
    head.hash.slice(0, 16),
  ]);
  await out.result(items, () => table(['service', 'entries', 'chain', 'head'], rows));
  if (items.every(({ broken }) => broken === null)) return;
  throw new CliError(exitCodes.invalid, `The audit trail of ${slug} is not as it was recorded.`);
}
