import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes } from '../../errors.js';
import { table } from '../../output/table.js';
import { findCluster } from './find-cluster.js';

export const options = (command: Command): Command =>
  command
    .argument('<name>')
    .description('look at all that workloads need of a cluster; exits with 6 when something is missing');

export async function run({ client, out }: Context, _options: object, name: string): Promise<void> {
  const { id } = await findCluster(client, name);
  const report = await answerOf(client.GET('/v1/clusters/{id}/report', { params: { path: { id } } }));
  await out.result(report, () => textOf(report));
  if (!report.isFit) throw new CliError(exitCodes.invalid, `Workloads cannot run on ${name} as it is.`);
}

function textOf({ checks }: Schemas['ClusterReport']): string | Promise<string> {
  if (checks.length === 0) return 'It is this installation itself: there is no Kubernetes to look at.';
  return table(
    ['check', 'outcome', 'what was found', 'next step'],
    checks.map(({ name, outcome, message, nextStep }) => [name, outcome, message, nextStep]),
  );
}
