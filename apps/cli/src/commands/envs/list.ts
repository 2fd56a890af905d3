import type { Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { environmentsOf } from '../../lists.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inProject } from '../options.js';
import { type CostOfEnvironment, type CostsOfProject, costsOf } from './costs.js';

export const options = inProject;

type Told = Schemas['Environment'] & { readonly cost: CostOfEnvironment | null };

export async function run(context: Context): Promise<void> {
  const { client, out, selection } = context;
  const { id: project, organizationId } = await selection.project();
  const environments = await environmentsOf(client, project);
  const costs = await costsOf(context, organizationId, project);
  const told = environments.map((each): Told => ({ ...each, cost: costs && costs.of(each.id) }));
  await out.result(told, () => describe(told, costs));
}

async function describe(environments: readonly Told[], costs: CostsOfProject | null): Promise<string> {
  const rows = environments.map(({ slug, kind, cost, namespace, createdAt }) => [
    ...[slug, kind, cost && short(cost.soFar), cost && short(cost.perDay), namespace, time(createdAt)],
  ]);
  const all = await table(['name', 'kind', 'this month', 'per day', 'namespace', 'created'], rows);
  return costs === null ? all : [all, '', ...remarks(environments, costs)].join('\n');
}

function remarks(environments: readonly Told[], { month, currency, countedUntil, waitingWorkloads }: CostsOfProject) {
  const unpriced = environments.flatMap(({ slug, cost }) => (cost?.unpriced.length ? [{ slug, ...cost }] : []));
  return [
    `Amounts in ${currency}, ${month} until ${time(countedUntil)} (UTC), before fees, discounts and tax; per day: as it is now.`,
    ...unpriced.map(({ slug, unpriced: what }) => `${slug}: no price for ${what.join(', ')}, which is not in it.`),
    ...(waitingWorkloads > 0 ? [`Not all is known yet: ${waitingWorkloads} workloads of the organization.`] : []),
  ];
}

/** Four decimals, for reading. */
const short = (amount: string): string => amount.replace(/(\.[0-9]{4})[0-9]+$/, '$1');
