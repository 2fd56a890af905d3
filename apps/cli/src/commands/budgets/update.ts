import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { budgetOf, budgetText, graceOption, thresholdOption } from './budgets.js';

interface Options {
  readonly amount?: string;
  readonly at?: number[];
  readonly cap?: boolean;
  readonly grace?: number;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<budget>', 'its name or id')
    .option('--amount <amount>', 'of a calendar month')
    .addOption(thresholdOption())
    .option('--cap', 'stop workloads when it is spent')
    .option('--no-cap', 'stop nothing; what was stopped runs again')
    .addOption(graceOption())
    .description('change a budget; what a cap stopped runs again when it is raised enough');

export async function run(
  { client, out, selection }: Context,
  { amount, at, cap, grace }: Options,
  wanted: string,
): Promise<void> {
  const { id } = await budgetOf(client, (await selection.organization()).id, wanted);
  const body = {
    ...(amount !== undefined && { amount }),
    ...(at && { thresholds: at }),
    ...(cap !== undefined && { isCap: cap }),
    ...(grace !== undefined && { graceMinutes: grace }),
  };
  const changed = await answerOf(client.PATCH('/v1/budgets/{id}', { params: { path: { id } }, body }));
  await out.result(changed, () => budgetText(changed));
}
