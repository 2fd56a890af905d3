import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { shortDigest } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { volumesOf } from '../volumes/volumes.js';

/** What a deployment would change, and the difference in price of a month. */
export async function dryRun(
  { client, out }: Context,
  workload: Schemas['Workload'],
  source: Schemas['CreateDeployment']['source'],
): Promise<void> {
  const params = { path: { id: workload.id }, query: { dryRun: 'true' } };
  const answer = await answerOf(client.POST('/v1/workloads/{id}/deployments', { params, body: { source } }));
  const plan = answer as Schemas['DryRun'];
  const where = {
    organization: workload.organizationId,
    project: workload.projectId,
    environment: workload.environmentId,
  };
  // A deployment changes no volume; they are a part of what the workload costs.
  const mib = (await volumesOf(client, workload.id)).reduce((sum, { sizeMib, copies }) => sum + sizeMib * copies, 0);
  const body = { ...where, ...plan.allocation, storage: { beforeMib: mib, afterMib: mib } };
  const estimate = await answerOf(client.POST('/v1/costs/estimate', { body }));
  await out.result({ ...plan, estimate }, async () =>
    [await changes(plan), price(estimate)].filter((part) => part !== '').join('\n\n'),
  );
}

async function changes({ releaseHash, changes: found, notes }: Schemas['DryRun']): Promise<string> {
  const rows = found.map(({ path, before, after }) => [path, cell(before), cell(after)]);
  const what = rows.length === 0 ? 'Nothing would change.' : await table(['what', 'now', 'then'], rows);
  const hash = releaseHash === null ? 'known after the build' : shortDigest(releaseHash);
  return [`${what}\n\nRelease: ${hash}`, ...notes].join('\n');
}

function price({ currency, monthHours, before, after, difference }: Schemas['CostEstimate']): string {
  const sign = difference.startsWith('-') ? '' : '+';
  return `Price of a month (${monthHours} h): ${before} -> ${after} ${currency} (${sign}${difference})`;
}

const cell = (value: unknown): Cell => {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' && value.startsWith('sha256:') ? shortDigest(value) : String(value);
};
