import { consistentPrices } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { readJson } from './read-json.js';

export const options = (command: Command): Command =>
  command
    .argument('<file>', 'prices: {"rates": [...], "fees": [...], "discounts": [...], "minimum": "5"}')
    .description('check prices without a server; see what they would change with price-books activate --dry-run');

export async function run({ io, out }: Context, _options: object, file: string): Promise<void> {
  const prices = await readJson(io.folder, file, consistentPrices);
  const { rates, fees, discounts } = prices;
  const counted = [`${rates.length} rates`, `${fees.length} fees`, `${discounts.length} discounts`].join(', ');
  await out.result({ isValid: true, prices }, () => `"${file}" can be taken: ${counted}.`);
}
