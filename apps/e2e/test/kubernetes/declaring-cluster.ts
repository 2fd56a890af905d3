import { randomBytes, randomUUID } from 'node:crypto';
import { TestIdentity } from '@berth/access/testing';
import type { Problem } from '@berth/contracts/common';
import type { Project } from '@berth/contracts/deployment';
import { deploymentManagement } from '@berth/deployment-management';
import { declaredKinds, type DeclaredKindName, type KubeObject, pathOf } from '@berth/kubernetes';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { expect } from '@jest/globals';
import { PlayedCluster } from './played-cluster.js';

const { signal: never } = new AbortController();
/** What is not served is asked for again after a minute. */
export const patient = { within: 150_000, every: 200 };
/** Said of what is as it is stated. */
export const fine = ['Accepted True Applied', 'Conflict False None'];

interface Declared extends KubeObject {
  readonly spec: object;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly id?: string;
    readonly version?: string;
    readonly url?: string;
    readonly release?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

type Who = 'administrator' | 'owner' | 'machine';

/** A cluster in which a tenant declares what a platform beside it is to do, as its service account. */
export class DeclaringCluster {
  readonly organizationId: string;
  readonly machineId = randomUUID();
  readonly ownerId = randomUUID();
  private tokens = {} as Readonly<Record<Who, string>>;
  project = {} as Project;

  private constructor(
    readonly cluster: PlayedCluster,
    readonly service: TestService,
    readonly identity: TestIdentity,
    organizationId: string,
  ) {
    this.organizationId = organizationId;
  }

  static async start(): Promise<DeclaringCluster> {
    const cluster = await PlayedCluster.start();
    const key = randomBytes(32).toString('base64');
    // Nobody answers there: what a record proves is no matter here.
    const environment = { RUNTIME: 'memory', KEY_ENCRYPTION_KEY: key, DNS_SERVERS: '127.0.0.1:9' };
    const service = await startTestService(deploymentManagement, { environment });
    const identity = await TestIdentity.create(service.database);
    const made = new DeclaringCluster(cluster, service, identity, await identity.organization());
    await made.settle();
    return made;
  }

  private async settle(): Promise<void> {
    const { cluster, identity, organizationId, machineId, ownerId } = this;
    await identity.member(organizationId, 'admin', { subjectId: machineId });
    this.tokens = {
      administrator: await identity.token({ administrator: true }),
      owner: await identity.member(organizationId, 'owner', { subjectId: ownerId }),
      machine: await identity.token({ subjectId: machineId, kind: 'service-account' }),
    };
    await this.ask('administrator', 'POST', '/v1/clusters', {
      ...{ name: 'berlin', credentials: { kind: 'kubeconfig', kubeconfig: cluster.kubeconfig } },
      settings: { gateway: { namespace: 'gateway', name: 'public', url: cluster.gatewayUrl } },
    });
    this.project = await this.ask<Project>('owner', 'POST', '/v1/projects', { organizationId, slug: 'shop' });
    for (const name of ['team', 'second', 'strangers'])
      await cluster.administrator.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, never);
  }

  async stop(): Promise<void> {
    await this.service.close();
    await this.cluster.stop();
  }

  get delegations(): string {
    return `/v1/projects/${this.project.id}/delegations`;
  }

  async send<Body = Problem>(who: Who, method: string, path: string, body?: object) {
    const headers = {
      authorization: `Bearer ${this.tokens[who]}`,
      'if-match': '*',
      'content-type': 'application/json',
    };
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${this.service.url}${path}`, sent);
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  }

  async ask<Body>(who: Who, method: string, path: string, body?: object): Promise<Body> {
    const answer = await this.send<Body>(who, method, path, body);
    if (answer.status >= 300) expect({ method, path, ...answer }).toBe('a success');
    return answer.body;
  }

  /** As `kubectl apply --server-side`. */
  async apply(kind: DeclaredKindName, name: string, spec: object, more: object = {}, namespace = 'team') {
    const { apiVersion, kind: kindName } = declaredKinds[kind];
    const query = 'fieldManager=kubectl&force=true&fieldValidation=Strict';
    const path = `${pathOf(declaredKinds[kind], namespace, name)}?${query}`;
    const body = { apiVersion, kind: kindName, metadata: { name, namespace, ...more }, spec };
    const contentType = 'application/apply-patch+yaml';
    await this.cluster.administrator.transport.ask({ method: 'PATCH', path, body, contentType, signal: never });
  }

  get(kind: DeclaredKindName, name: string, namespace = 'team') {
    return this.cluster.administrator.get<Declared>(declaredKinds[kind], name, never, namespace);
  }

  /** `Accepted True Applied` of each condition, once the status speaks of what is there now. */
  async conditionsOf(kind: DeclaredKindName, name: string, namespace = 'team'): Promise<string[]> {
    const object = await this.get(kind, name, namespace);
    if (object?.status?.observedGeneration !== object?.metadata.generation) return ['out of date'];
    return object?.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`) ?? [];
  }

  isSaid(kind: DeclaredKindName, name: string, ...conditions: string[]): Promise<void> {
    return eventually(
      async () => expect(await this.conditionsOf(kind, name)).toEqual(expect.arrayContaining(conditions)),
      patient,
    );
  }

  async messageOf(kind: DeclaredKindName, name: string, type: string): Promise<string | undefined> {
    return (await this.get(kind, name))?.status?.conditions?.find((each) => each.type === type)?.message;
  }
}
