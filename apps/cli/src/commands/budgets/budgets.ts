import type { Client, Schemas } from '@berth/api-client';
import { Option } from 'commander';
import { notFound, usageError } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

const LIMIT = 200;

export type Budget = Schemas['Budget'];

export const budgetsOf = (client: Client, organization: string): Promise<Budget[]> =>
  everyPage((cursor) => {
    const query = { organization, limit: LIMIT, ...(cursor && { cursor }) };
    return client.GET('/v1/budgets', { params: { query } });
  });

/** By its name or id. @throws CliError when there is none, or several have the name */
export async function budgetOf(client: Client, organization: string, wanted: string): Promise<Budget> {
  const found = (await budgetsOf(client, organization)).filter(({ id, name }) => [id, name].includes(wanted));
  const [only, another] = found;
  if (!only) throw notFound(`There is no budget "${wanted}".`, 'See: berth budgets');
  if (another) throw usageError(`Several budgets are named "${wanted}".`, 'Name one by its id: berth budgets --json');
  return only;
}

export const thresholdOption = (): Option =>
  new Option('--at <percents>', 'when to tell, in percent: 50,80,100').argParser((text) =>
    text.split(',').map((each) => wholeNumber(each, '--at')),
  );

export const graceOption = (): Option =>
  new Option('--grace <minutes>', 'between two steps of a cap, the first of which is a warning').argParser((text) =>
    wholeNumber(text, '--grace'),
  );

function wholeNumber(text: string, option: string): number {
  if (/^[0-9]{1,6}$/.test(text.trim())) return Number(text);
  throw usageError(`"${text}" is no whole number for ${option}.`);
}

/** `28.00 EUR a month`, and what it does. */
export const budgetText = ({ name, amount, currency, thresholds, isCap, graceMinutes }: Budget): string => {
  const told = thresholds.length === 0 ? '' : `, told at ${thresholds.map((each) => `${each} %`).join(', ')}`;
  const cap = isCap ? `; then previews stop, production last, ${graceMinutes} min between two steps` : '';
  return `${name}: ${amount} ${currency} a month${told}${cap}.`;
};
