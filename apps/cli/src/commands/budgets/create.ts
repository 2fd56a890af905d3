import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inProject } from '../options.js';
import { budgetText, graceOption, thresholdOption } from './budgets.js';

interface Options {
  readonly project?: string;
  readonly env?: string;
  readonly at?: number[];
  readonly cap?: boolean;
  readonly grace?: number;
}

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<name>', 'what to call it')
    .argument('<amount>', 'of a calendar month: 250')
    .option('--env <name>', 'of an environment only')
    .addOption(thresholdOption())
    .option('--cap', 'stop workloads when it is spent: previews first, production last, never without a warning')
    .addOption(graceOption())
    .description('watch what the organization, a project or an environment uses up');

export async function run(
  { client, out, selection }: Context,
  { project, env, at, cap, grace }: Options,
  ...[name, amount]: [name: string, amount: string]
): Promise<void> {
  const inOne = project !== undefined || env !== undefined;
  const body = {
    ...{ organizationId: (await selection.organization()).id, name, amount },
    ...(inOne && { projectId: (await selection.project()).id }),
    ...(env !== undefined && { environmentId: (await selection.environment()).id }),
    ...(at && { thresholds: at }),
    ...(cap && { isCap: true }),
    ...(grace !== undefined && { graceMinutes: grace }),
  };
  const made = await answerOf(client.POST('/v1/budgets', { body }));
  await out.result(made, () => budgetText(made));
}
