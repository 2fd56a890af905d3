import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { usageError } from '../../../errors.js';
import { parseAssignments } from '../../../parsing/assignments.js';
import { organizationNamed } from '../organizations/organizations.js';

export const options = (command: Command): Command =>
  command
    .argument('<name>', 'of the organization')
    .argument('<limits...>', 'apps=200 memoryMib=131072; what is not named stays');

export async function run({ client, out }: Context, _: object, slug: string, given: string[]): Promise<void> {
  const wanted = numbersOf(parseAssignments(given));
  const { id: organizationId } = await organizationNamed(client, slug);
  const params = { path: { organizationId } };
  const current = await answerOf(client.GET('/v1/quotas/{organizationId}', { params }));
  const unknown = Object.keys(wanted).find((name) => !(name in current));
  if (unknown !== undefined)
    throw usageError(`There is no limit "${unknown}".`, `There are ${Object.keys(current).join(', ')}.`);
  const quota = await answerOf(client.PUT('/v1/quotas/{organizationId}', { params, body: { ...current, ...wanted } }));
  await out.result(quota, () => `${slug} may use so much from now on. See: berth admin quotas ${slug}`);
}

const numbersOf = (texts: Readonly<Record<string, string>>): Record<string, number> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, wholeNumber(name, text)]));

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is no whole number for ${name}.`);
}
