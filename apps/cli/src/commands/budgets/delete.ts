import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { budgetOf } from './budgets.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<budget>', 'its name or id').description('what it stopped runs again');

export async function run({ client, out, selection }: Context, _options: object, wanted: string): Promise<void> {
  const { id, name } = await budgetOf(client, (await selection.organization()).id, wanted);
  await answerOf(client.DELETE('/v1/budgets/{id}', { params: { path: { id } } }));
  await out.result({ id, name, isDeleted: true }, () => `The budget ${name} is gone.`);
}
