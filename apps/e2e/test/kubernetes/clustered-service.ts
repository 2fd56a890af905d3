import { randomBytes } from 'node:crypto';
import { TestIdentity } from '@berth/access/testing';
import type { Problem } from '@berth/contracts/common';
import type { App, Cluster, Deployment, Environment, Placement, Project, Workload } from '@berth/contracts/deployment';
import type { Allocation, CloudEvent } from '@berth/contracts/events';
import { deploymentManagement } from '@berth/deployment-management';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { expect } from '@jest/globals';
import type { PlayedCluster } from './played-cluster.js';

export const image = (mark: string): string => `registry.example/shop@sha256:${mark.padEnd(64, '0')}`;
export const patient = { within: 90_000, every: 200 };

export type Caller = 'administrator' | 'owner';
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** deployment-management, whose own cluster `local` is played and which clusters can be registered with; its callers. */
export class ClusteredService {
  private constructor(
    readonly service: TestService,
    readonly environment: Record<string, string>,
    readonly organizationId: string,
    private readonly tokens: Record<Caller, string>,
  ) {}

  static async start(): Promise<ClusteredService> {
    const environment = { RUNTIME: 'memory', KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64') };
    const service = await startTestService(deploymentManagement, { environment });
    const identity = await TestIdentity.create(service.database);
    const organizationId = await identity.organization();
    return new ClusteredService(service, environment, organizationId, {
      administrator: await identity.token({ administrator: true, expiresIn: 3_600 }),
      owner: await identity.member(organizationId, 'owner'),
    });
  }

  async send<Body = Problem>(
    who: Caller,
    method: string,
    path: string,
    body?: unknown,
    url = this.service.url,
  ): Promise<Answer<Body>> {
    const headers = { authorization: `Bearer ${this.tokens[who]}`, 'if-match': '*' };
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = {
      method,
      headers: { ...headers, ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await fetch(`${url}${path}`, sent);
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  }

  /** The answer's body; the test fails unless it is a success. */
  async ask<Body>(who: Caller, method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.send<Body>(who, method, path, body);
    if (answer.status >= 300) expect({ method, path, ...answer }).toBe('a success');
    return answer.body;
  }

  register(name: string, cluster: PlayedCluster, more: object = {}): Promise<Answer<Problem & Cluster>> {
    const settings = { gateway: { namespace: 'gateway', name: 'public', url: cluster.gatewayUrl } };
    const credentials = { kind: 'kubeconfig', kubeconfig: cluster.kubeconfig };
    return this.send('administrator', 'POST', '/v1/clusters', { name, credentials, settings, ...more });
  }

  async app(slug: string): Promise<App> {
    const { id: projectId } = await this.ask<Project>('owner', 'POST', '/v1/projects', {
      organizationId: this.organizationId,
      slug,
    });
    const source = { kind: 'image', image: image('a1') };
    return this.ask<App>('owner', 'POST', '/v1/apps', { projectId, slug: 'web', source });
  }

  /** A workload of the app in a new environment; `more`: of the environment, such as its cluster. */
  async workload(
    { id: appId, projectId }: Pick<App, 'id' | 'projectId'>,
    slug: string,
    more: object = {},
  ): Promise<Workload> {
    const body = { projectId, slug, kind: 'staging', ...more };
    const { id: environmentId } = await this.ask<Environment>('owner', 'POST', '/v1/environments', body);
    return this.ask<Workload>('owner', 'POST', '/v1/workloads', { appId, environmentId });
  }

  /** How a deployment of the image ends. */
  async deploy({ id }: Workload, mark: string): Promise<Deployment> {
    const source = { kind: 'image', image: image(mark) };
    const made = await this.ask<Deployment>('owner', 'POST', `/v1/workloads/${id}/deployments`, { source });
    return eventually(async () => {
      const deployment = await this.ask<Deployment>('owner', 'GET', `/v1/deployments/${made.id}`);
      expect(deployment.endedAt).not.toBeNull();
      return deployment;
    }, patient);
  }

  async deployLive(workload: Workload, mark: string): Promise<void> {
    const { status, failure } = await this.deploy(workload, mark);
    expect({ status, failure }).toEqual({ status: 'live', failure: null });
  }

  async placements({ id }: Workload): Promise<Placement[]> {
    return (await this.ask<{ items: Placement[] }>('owner', 'GET', `/v1/workloads/${id}/placements`)).items;
  }

  /** All that was told of it, in order. */
  async events(subject: string): Promise<CloudEvent[]> {
    const rows = await this.service.database.query<{ event: CloudEvent }>(
      `select event::json as event from berth_bus.message where event->>'subject' = $1 order by "offset"`,
      [subject],
    );
    return rows.map(({ event }) => event);
  }

  /** What it was said to hold, in order: `<cluster> <instances>` of each entry. */
  async allocations({ id }: Workload): Promise<string[][]> {
    return (await this.events(id))
      .filter(({ type }) => type.includes('allocation-changed'))
      .map(({ data }) => (data as Allocation).entries.map((each) => `${each.cluster} ${each.instances}`));
  }

  /** The queue's items are due at once, whatever the clock says. */
  hurry(queue: string): Promise<unknown> {
    return this.service.database.query('update work_item set due_at = now() where queue = $1', [queue]);
  }

  close(): Promise<void> {
    return this.service.close();
  }
}
