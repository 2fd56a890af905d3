import { answerOf, ApiProblem, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { CliError, exitCodes } from '../../errors.js';
import { shortDigest } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { canaryText } from './planned-canary.js';
import { volumesOf } from '../volumes/volumes.js';

/** What a deployment would change, and the difference in price of a month. */
export async function dryRun(
  context: Context,
  workload: Schemas['Workload'],
  source: Schemas['CreateDeployment']['source'],
): Promise<void> {
  const { client, out } = context;
  const params = { path: { id: workload.id }, query: { dryRun: 'true' } };
  const answer = await answerOf(client.POST('/v1/workloads/{id}/deployments', { params, body: { source } }));
  const plan = answer as Schemas['DryRun'];
  const where = {
    organization: workload.organizationId,
    project: workload.projectId,
    environment: workload.environmentId,
  };
  // A deployment changes no volume; they are a part of what the workload costs.
  const mib = await provisioned(context, workload.id);
  const body = { ...where, ...plan.allocation, storage: { beforeMib: mib, afterMib: mib } };
  const estimate = await answerOf(client.POST('/v1/costs/estimate', { body }));
  const { canary, allocation } = plan;
  const meanwhile =
    canary &&
    (await answerOf(
      client.POST('/v1/costs/estimate', {
        body: { ...body, after: [...allocation.before, ...canary.allocation] },
      }),
    ));
  await out.result({ ...plan, estimate, ...(meanwhile && { meanwhile }) }, async () =>
    [await planText(plan), canary && meanwhile ? canaryText(canary, meanwhile) : '', price(estimate)]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  requireHope(plan);
}

/** @throws CliError 7 when it is known beforehand that it would fail */
export function requireHope({ failure }: Schemas['DryRun']): void {
  if (!failure) return;
  const lines = [`It would fail: ${failure.cause}`, failure.message, `Next step: ${failure.nextStep}`];
  throw new CliError(exitCodes.deploymentFailed, lines.join('\n'));
}

/** Whoever may not see volumes sees the difference all the same: it is the same without them. */
async function provisioned({ client, out }: Context, workloadId: string): Promise<number> {
  try {
    return (await volumesOf(client, workloadId)).reduce((sum, { sizeMib, copies }) => sum + sizeMib * copies, 0);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 403)) throw error;
    out.warn('Prices are without volumes: you may not see them.');
    return 0;
  }
}

/** What would change, without its price. */
export async function planText({ releaseHash, changes: found, notes }: Schemas['DryRun']): Promise<string> {
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
  return typeof value === 'string' && value.startsWith('sha256:') ? shortDigest(value) : textOf(value);
};

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
