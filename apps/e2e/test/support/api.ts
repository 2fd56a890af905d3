import type { Deployment, Release, Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import type { Credentials, Platform } from './platform.js';
import type { Repository } from './repository.js';

interface Identified {
  readonly id: string;
}

const ENDED = ['live', 'retired', 'failed', 'cancelled', 'superseded'];

/** The administrator's HTTP client. Every refusal is thrown with what was answered. */
export class Api {
  private access: Record<string, string> = {};
  private made = 0;
  private token = '';

  private constructor(
    private readonly url: string,
    private readonly credentials: Credentials,
    readonly organizationId: string,
  ) {}

  /** Logs in and makes an organization to work in. */
  static async open(berth: Platform, organization = 'acme'): Promise<Api> {
    const credentials = berth.administrator();
    const anonymous = new Api(berth.url, credentials, '');
    const { id } = await anonymous.call<Identified>('POST', '/v1/organizations', { slug: organization });
    const api = new Api(berth.url, credentials, id);
    api.access = anonymous.access;
    api.token = anonymous.token;
    return api;
  }

  /** Its token lasts ten minutes, and a suite may last longer. */
  private async logIn(): Promise<void> {
    const response = await fetch(`${this.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.credentials),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST /v1/auth/login answered ${response.status} ${text}`);
    this.token = (JSON.parse(text) as { accessToken: string }).accessToken;
  }

  async call<Answer>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    if (this.token === '') await this.logIn();
    const response = await this.send(method, path, body, headers);
    if (response.status === 401) {
      await this.logIn();
      return this.answerOf<Answer>(`${method} ${path}`, await this.send(method, path, body, headers));
    }
    return this.answerOf<Answer>(`${method} ${path}`, response);
  }

  private send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.access,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  private async answerOf<Answer>(asked: string, response: Response): Promise<Answer> {
    const access = response.headers.get('berth-access');
    if (access) this.access = { 'berth-access': access };
    const text = await response.text();
    if (!response.ok) throw new Error(`${asked} answered ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  /** Quotas of the organization that no test meets by accident. */
  async liftQuotas(): Promise<void> {
    const room = 1_000_000;
    await this.call('PUT', `/v1/quotas/${this.organizationId}`, {
      projects: room,
      environments: room,
      apps: room,
      cpuMillicores: room,
      memoryMib: room,
      buildsAtOnce: room,
    });
  }

  /** Project, environment, app and workload for a repository. */
  async workloadFor(repository: Repository): Promise<Workload> {
    const slug = `app-${++this.made}`;
    const { organizationId } = this;
    const project = await this.call<Identified>('POST', '/v1/projects', { organizationId, slug });
    const environment = await this.call<Identified>('POST', '/v1/environments', {
      projectId: project.id,
      slug: 'staging',
      kind: 'staging',
    });
    const app = await this.call<Identified>('POST', '/v1/apps', {
      projectId: project.id,
      slug,
      source: { kind: 'git', url: repository.url },
    });
    return this.call<Workload>('POST', '/v1/workloads', { appId: app.id, environmentId: environment.id });
  }

  deploy(workloadId: string, source: object = { kind: 'git' }): Promise<Deployment> {
    return this.call<Deployment>('POST', `/v1/workloads/${workloadId}/deployments`, { source });
  }

  deployment(id: string): Promise<Deployment> {
    return this.call<Deployment>('GET', `/v1/deployments/${id}`);
  }

  workload(id: string): Promise<Workload> {
    return this.call<Workload>('GET', `/v1/workloads/${id}`);
  }

  async releases(workloadId: string): Promise<Release[]> {
    return (await this.call<{ items: Release[] }>('GET', `/v1/releases?workload=${workloadId}`)).items;
  }

  /** Until it is in one of the states, or has ended in another. */
  until(id: string, states: readonly string[], within = 240_000): Promise<Deployment> {
    const look = async () => {
      const deployment = await this.deployment(id);
      if (!states.includes(deployment.status) && !ENDED.includes(deployment.status))
        throw new Error(`still ${deployment.status}`);
      return deployment;
    };
    return eventually(look, { within, every: 50 });
  }

  ended(id: string, within = 240_000): Promise<Deployment> {
    return this.until(id, ENDED, within);
  }

  /** Deploys what the repository holds and insists that it goes live. */
  async deployLive(workloadId: string): Promise<Deployment> {
    const deployment = await this.ended((await this.deploy(workloadId)).id);
    if (deployment.status !== 'live')
      throw new Error(`It is ${deployment.status}: ${JSON.stringify(deployment.failure)}`);
    return deployment;
  }

  /** Changes settings whatever their version is. */
  async patchWorkload(id: string, patch: object): Promise<void> {
    await this.call('PATCH', `/v1/workloads/${id}`, patch, { 'if-match': '*' });
  }
}
