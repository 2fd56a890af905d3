import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { namesOf } from '../usage/query.js';
import { type Budget, budgetsOf } from './budgets.js';

export const options = inOrganization;

export async function run(context: Context): Promise<void> {
  const { client, out, selection } = context;
  const budgets = await budgetsOf(client, (await selection.organization()).id);
  await out.result(budgets, () => describe(context, budgets));
}

async function describe(context: Context, budgets: readonly Budget[]): Promise<string> {
  const groups = budgets.map(({ environmentId }) => ({ environmentId, appId: null, processType: null }));
  const name = await namesOf(context, groups);
  const rows = budgets.map((each, index) => [
    ...[each.name, groups[index]?.environmentId ? name(groups[index]) : (each.projectId ?? 'organization')],
    ...[each.month, `${each.amount} ${each.currency}`, each.spent, each.forecast],
    ...[each.isCap ? `cap: ${each.stage}` : 'tells', each.crossed.map((percent) => `${percent} %`).join(' ')],
  ]);
  return table(['name', 'of', 'month', 'amount', 'spent', 'forecast', 'does', 'crossed'], rows);
}
