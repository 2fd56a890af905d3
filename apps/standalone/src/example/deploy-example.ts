import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Clock } from '@berth/service-kit';
import { StartFailure } from '../failure.js';
import { Api } from './api.js';

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

/** Does what a newcomer would do by hand, through the same API: organization, project, environment, app, deploy. Answers its URL. */
export async function deployExample(options: ExampleOptions): Promise<string> {
  await makeRepository(options.source, options.repository);
  const api = new Api(options.url);
  await api.login(options.administrator.email, options.administrator.password);
  const workload = await createWorkload(api, options.repository);
  const source = { kind: 'git' };
  const deployment = await api.call<Deployment>('POST', `/v1/workloads/${workload.id}/deployments`, { source });
  return untilLive(api, deployment);
}

async function createWorkload(api: Api, repository: string): Promise<Identified> {
  const organization = await api.call<Identified>('POST', '/v1/organizations', { slug: 'demo' });
  const project = await api.call<Identified>('POST', '/v1/projects', {
    organizationId: organization.id,
    slug: 'hello',
  });
  const projectId = project.id;
  const environment = await api.call<Identified>('POST', '/v1/environments', {
    projectId,
    slug: 'production',
    kind: 'production',
  });
  const source = { kind: 'git', url: `file://${repository}`, branch: 'main' };
  const app = await api.call<Identified>('POST', '/v1/apps', { projectId, slug: 'hello-node', source });
  return api.call<Identified>('POST', '/v1/workloads', { appId: app.id, environmentId: environment.id });
}

async function untilLive(api: Api, deployment: Deployment): Promise<string> {
  let current = deployment;
  while (!ENDED.includes(current.status)) {
    await clock.pause(LOOK_MILLISECONDS);
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
    });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=Hello');
}
