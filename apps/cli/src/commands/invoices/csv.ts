import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { saveInvoice } from './save-invoice.js';

interface Options {
  readonly columns: 'berth' | 'focus';
  readonly output?: string;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<number>', 'BERTH-000001')
    .addOption(
      new Option('--columns <which>', 'our own, or those of FOCUS 1.0').choices(['berth', 'focus']).default('berth'),
    )
    .option('--output <file>', 'where to write it (default: NUMBER.csv)')
    .description('one as a table, a row for each app and line');

export const run = (context: Context, { columns, output }: Options, number: string): Promise<void> =>
  saveInvoice(context, columns === 'focus' ? 'focus' : 'csv', number, output ?? `${number}.csv`);
