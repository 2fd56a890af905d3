import { answerOf, ApiProblem, type Client, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { environmentsOf } from '../../lists.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

interface Status {
  readonly environment: string;
  readonly workload: Schemas['Workload'];
  /** Null: none of its clusters can be asked. */
  readonly instances: Schemas['InstanceList']['items'] | null;
  readonly deployment: Schemas['Deployment'] | null;
}

/** The app in every environment where it was deployed, or in the named one. */
export async function run({ client, out, selection }: Context): Promise<void> {
  const named = selection.wanted.environment;
  const workloads = named === undefined ? await selection.workloads() : [await selection.workload()];
  const names = await environmentNames(client, (await selection.project()).id);
  const statuses = await Promise.all(
    workloads.map((workload) =>
      statusOf(client, workload, names.get(workload.environmentId) ?? workload.environmentId),
    ),
  );
  await out.result(statuses, () => (statuses.length === 0 ? '' : describe(statuses)));
  if (statuses.length > 0 || out.json) return;
  const app = await selection.app();
  out.note(`${app.slug} was never deployed. Deploy it: berth deploy --app ${app.slug}`);
}

async function environmentNames(client: Client, project: string): Promise<Map<string, string>> {
  const environments = await environmentsOf(client, project);
  return new Map(environments.map((each) => [each.id, each.slug]));
}

async function statusOf(client: Client, workload: Schemas['Workload'], environment: string): Promise<Status> {
  const [instances, deployment] = await Promise.all([
    instancesOf(client, workload),
    workload.activeDeploymentId === null
      ? null
      : answerOf(client.GET('/v1/deployments/{id}', { params: { path: { id: workload.activeDeploymentId } } })),
  ]);
  return { environment, workload, instances, deployment };
}

async function instancesOf(client: Client, workload: Schemas['Workload']): Promise<Status['instances']> {
  try {
    const path = { params: { path: { id: workload.id } } };
    return (await answerOf(client.GET('/v1/workloads/{id}/instances', path))).items;
  } catch (error) {
    if (error instanceof ApiProblem && unknownNote(workload).length > 0) return null;
    throw error;
  }
}

/** Why nobody knows how it is, and what was seen last. */
export const unknownNote = ({ conditions }: Pick<Schemas['Workload'], 'conditions'>): string[] =>
  conditions.filter(({ status }) => status === 'unknown').map(({ message }) => message);

/** Config of wider scopes that was changed since what is live was released. */
export const outOfDateNote = ({ outOfDate }: Pick<Schemas['Workload'], 'outOfDate'>): string[] => {
  const nearest = outOfDate.at(-1);
  if (nearest === undefined) return [];
  return [
    `Out of date: the config of the ${outOfDate.join(' and the ')} changed. Deploy, or: berth config apply --scope ${nearest}`,
  ];
};

async function describe(statuses: readonly Status[]): Promise<string> {
  const rows = statuses.map(({ environment, workload, instances, deployment }) => [
    environment,
    workload.state,
    workload.currentRelease === null ? null : `v${workload.currentRelease}`,
    instances && `${instances.filter((each) => each.state === 'ready').length} of ${instances.length} ready`,
    deployment && `#${deployment.number} ${deployment.status}`,
    [workload.url, ...workload.domains].join(', '),
  ]);
  const notes = statuses.flatMap(({ environment, workload }) =>
    [
      ...workload.conditions.filter((each) => each.status !== 'true').map((each) => each.message),
      ...outOfDateNote(workload),
    ].map((note) => `${environment}: ${note}`),
  );
  return [await table(['environment', 'state', 'release', 'instances', 'deploying', 'url'], rows), ...notes].join('\n');
}
