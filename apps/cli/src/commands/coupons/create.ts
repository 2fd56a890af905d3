import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { wholeNumber } from '../../parsing/whole-number.js';
import { worthOf } from './list.js';

interface Options {
  readonly name?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly creditDays?: number;
  readonly percent?: string;
  readonly months?: number;
  readonly on?: string[];
  readonly limit?: number;
  readonly until?: string;
}

export const options = (command: Command): Command =>
  command
    .argument('<code>', '4 to 40 capital letters, digits, hyphens')
    .option('--name <text>', 'what stands on the invoice (default: the code)')
    .option('--amount <amount>', 'a credit: 25.00')
    .option('--currency <code>', 'of the amount: EUR')
    .option('--credit-days <n>', 'how long the credit lasts (default: for ever)', wholeNumber)
    .option('--percent <percent>', 'a discount: 20')
    .option('--months <n>', 'how many months the discount holds, with the first (default: for ever)', wholeNumber)
    .option('--on <rate...>', 'rates and fees that the discount is on (default: all)')
    .option('--limit <n>', 'how many organizations may redeem it (default: any number)', wholeNumber)
    .option('--until <moment>', 'when it can be redeemed no more: 2026-12-31T00:00Z')
    .description('make a coupon: of an amount, or of a percentage');

export async function run({ client, out }: Context, given: Options, code: string): Promise<void> {
  const { name = code, until, ...others } = given;
  const body = { code, name, ...others, ...(until !== undefined && { endsAt: instantOf(until) }) };
  const coupon = await answerOf(client.POST('/v1/admin/metering/coupons', { body }));
  await out.result(coupon, () => `${coupon.code}: ${worthOf(coupon)}. berth credits redeem ${coupon.code}`);
}

function instantOf(text: string): string {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw usageError(`"${text}" is not a moment: write 2026-12-31T00:00Z.`);
  return moment.toISOString();
}
