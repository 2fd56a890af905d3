import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Clock } from '@berth/service-kit';
import { StartFailure } from '../failure.js';
import { Api, Refused } from './api.js';

const run = promisify(execFile);
const clock = new Clock();
const LOOK_MILLISECONDS = 200;
const ENDED = ['live', 'failed', 'cancelled', 'superseded'];

interface Identified {
  readonly id: string;
}
interface Deployment extends Identified {
  readonly status: string;
  readonly url: string;
  readonly failure: { readonly message: string; readonly nextStep: string } | null;
}

export interface ExampleOptions {
  readonly url: string;
  readonly administrator: { readonly email: string; readonly password: string };
  /** Folder of the example in the workspace. */
  readonly source: string;
  /** Where its Git repository is made. */
  readonly repository: string;
}

/**
 * Does what a newcomer would do by hand, through the same API: organization, project, environment, app, deploy. Answers its
 * URL. What a start that was cut off has made of it is taken as it is.
 * @throws StartFailure, or the reason of `interrupted`
 */
export async function deployExample(options: ExampleOptions, interrupted: AbortSignal): Promise<string> {
  await makeRepository(options.source, options.repository);
  const api = new Api(options.url, interrupted);
  await api.login(options.administrator.email, options.administrator.password);
  const workload = await createWorkload(api, options.repository);
  const source = { kind: 'git' };
  const deployment = await api.call<Deployment>('POST', `/v1/workloads/${workload.id}/deployments`, { source });
  return untilLive(api, deployment, interrupted);
}

async function createWorkload(api: Api, repository: string): Promise<Identified> {
  const { id: organizationId } = await ensure(api, '/v1/organizations', {}, { slug: 'demo' });
  const { id: projectId } = await ensure(api, '/v1/projects', { organizationId }, { slug: 'hello' });
  const production = { slug: 'production', kind: 'production' };
  const { id: environmentId } = await ensure(api, '/v1/environments', { projectId }, production);
  const source = { kind: 'git', url: pathToFileURL(repository).href, branch: 'main' };
  const { id: appId } = await ensure(api, '/v1/apps', { projectId }, { slug: 'hello-node', source });
  return ensure(api, '/v1/workloads', { appId, environmentId }, {});
}

/** Makes it in the place that `parent` names, or finds the one that was made there before. */
async function ensure(
  api: Api,
  path: string,
  parent: Readonly<Record<string, string>>,
  body: { readonly slug?: string; readonly [field: string]: unknown },
): Promise<Identified> {
  try {
    return await api.call<Identified>('POST', path, { ...parent, ...body });
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 409) throw error;
    const places = Object.entries(parent).map(([field, id]): [string, string] => [field.replace(/Id$/, ''), id]);
    const query = new URLSearchParams([...places, ['limit', '100']]);
    const { items } = await api.call<{ items: (Identified & { slug?: string })[] }>('GET', `${path}?${query}`);
    const found = items.find(({ slug }) => body.slug === undefined || slug === body.slug);
    if (!found) throw error;
    return found;
  }
}

async function untilLive(api: Api, deployment: Deployment, interrupted: AbortSignal): Promise<string> {
  let current = deployment;
  while (!ENDED.includes(current.status)) {
    await clock.pause(LOOK_MILLISECONDS, interrupted);
    interrupted.throwIfAborted();
    current = await api.call<Deployment>('GET', `/v1/deployments/${deployment.id}`);
  }
  if (current.status === 'live') return current.url;
  throw new StartFailure(
    `The example is ${current.status}: ${current.failure?.message ?? ''} ${current.failure?.nextStep ?? ''}`,
  );
}

async function makeRepository(source: string, repository: string): Promise<void> {
  await rm(repository, { recursive: true, force: true });
  await cp(source, repository, { recursive: true });
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=Berth', '-c', 'user.email=berth@localhost', '-c', 'commit.gpgsign=false', ...args], {
      cwd: repository,
    }).catch((error: Error) => {
      throw new StartFailure(`The example could not be deployed: its Git repository was not made: ${error.message}`);
    });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=Hello');
}
