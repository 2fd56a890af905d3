import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { what } from './discounts.js';

export const options = (command: Command): Command =>
  command
    .argument('<id>', 'of the discount: berth credits discounts --json')
    .description('end a discount of a coupon; invoices that were issued keep it');

export async function run({ client, out }: Context, _options: object, id: string): Promise<void> {
  const params = { path: { id } };
  const ended = await answerOf(client.POST('/v1/admin/metering/discounts/{id}/revoke', { params }));
  await out.result(ended, () => `${ended.name}: ${ended.percent} % off ${what(ended)} is no more.`);
}
