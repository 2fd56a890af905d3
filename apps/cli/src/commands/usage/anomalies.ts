import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = (command: Command): Command =>
  inOrganization(command).description('what was unusual about what was told, such as repairs, and what was made of it');

type Anomaly = Schemas['UsageAnomaly'];
type Detail = Anomaly['detail'];

const moment = (detail: Detail, name: string): string => time(String(detail[name])) ?? '';

const sentences: Record<Anomaly['kind'], (detail: Detail) => string> = {
  effective_before_former: (detail) =>
    `told to be of ${moment(detail, 'effectiveAt')}, counts from the change before it: ${moment(detail, 'countedFrom')}`,
  history_missing: ({ afterVersion }) =>
    `what came after version ${afterVersion} was never told; that one counts until here`,
  told_late: (detail) =>
    `took effect at ${moment(detail, 'effectiveAt')}, was told at ${moment(detail, 'toldAt')}: a repair`,
};

export async function run(context: Context): Promise<void> {
  const { client, out, selection } = context;
  const organization = (await selection.organization()).id;
  const anomalies = await everyPage((cursor) => {
    const query = { organization, limit: 200, ...(cursor && { cursor }) };
    return client.GET('/v1/usage/anomalies', { params: { query } });
  });
  const rows = anomalies.map(({ workloadId, version, kind, detail }) => [
    ...[workloadId, `${version}`, sentences[kind](detail)],
  ]);
  await out.result(anomalies, () => table(['workload', 'version', 'what'], rows));
}
