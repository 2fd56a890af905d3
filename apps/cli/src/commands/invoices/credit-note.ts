import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { saveInvoice } from './save-invoice.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<number>', 'of the void invoice: BERTH-000001')
    .option('--output <file>', 'where to write it (default: NUMBER-credit-note.pdf)')
    .description('what took a void invoice back, as a document to print or to send');

export const run = (context: Context, { output }: { readonly output?: string }, number: string): Promise<void> =>
  saveInvoice(context, 'credit-note/pdf', number, output ?? `${number}-credit-note.pdf`);
