import { answerOf } from '@berth/api-client';
import type { CreditOfOrganization as Credit, DiscountOfOrganization as Discount } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { inOrganization } from '../options.js';
import { months, what } from './discounts.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<code>', 'of the coupon').description('turn a coupon into a credit or a discount');

export async function run({ client, out, selection }: Context, _options: object, code: string): Promise<void> {
  const { id: organization } = await selection.organization();
  const redeemed = await answerOf(client.POST('/v1/credits/redemptions', { body: { organization, code } }));
  await out.result(redeemed, () => ('percent' in redeemed ? discounted(redeemed) : credited(redeemed)));
}

function credited({ name, left, currency, expiresAt }: Credit): string {
  const end = expiresAt === null ? '' : ` until ${time(expiresAt)} (UTC)`;
  return `${name}: ${left} ${currency} less to pay${end}.`;
}

const discounted = (discount: Discount): string =>
  `${discount.name}: ${discount.percent} % off ${what(discount)} ${months(discount)}.`;
