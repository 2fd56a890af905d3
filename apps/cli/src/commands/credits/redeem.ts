import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { inOrganization } from '../options.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<code>', 'of the coupon').description('turn a coupon into a credit');

export async function run({ client, out, selection }: Context, _options: object, code: string): Promise<void> {
  const { id: organization } = await selection.organization();
  const credit = await answerOf(client.POST('/v1/credits/redemptions', { body: { organization, code } }));
  const { name, left, currency, expiresAt } = credit;
  const end = expiresAt === null ? '' : ` until ${time(expiresAt)} (UTC)`;
  await out.result(credit, () => `${name}: ${left} ${currency} less to pay${end}.`);
}
