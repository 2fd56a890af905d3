import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { TestIdentity } from '@berth/access/testing';
import type { Build, BuildLogPage } from '@berth/contracts/build';
import {
  type BuildRequest,
  type CloudEvent,
  type DataOf,
  deploymentCancelled,
  deploymentFailed,
  deploymentRequested,
  deploymentSuperseded,
  type EventDefinition,
  registry,
} from '@berth/contracts/events';
import { type BusMessage, EVENT_BUS, type EventBus, type Subscription } from '@berth/eventing';
import { eventually, startTestService, type TestService, type TestServiceOptions } from '@berth/testing';
import { v7 } from 'uuid';
import { build } from '../../src/index.js';
import { temporaryFolder } from './folders.js';
import { toolPath } from './host.js';

const settingsIn = (folder: string): Record<string, string> => ({
  DATA_FOLDER: join(folder, 'data'),
  BLOB_FOLDER: join(folder, 'store'),
  ALLOW_LOCAL_SOURCES: 'true',
  TOOL_PATH: toolPath,
  MIN_FREE_BYTES: '0',
  // Nobody tells it anything of access while a test goes on.
  ACCESS_STALE_SECONDS: '3600',
});

const patiently = { within: 60_000 };

export interface Deployment {
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly appId: string;
  readonly workloadId: string;
  readonly deploymentId: string;
  readonly buildId: string;
}

export interface RequestOptions {
  readonly url?: string;
  readonly ref?: string;
  readonly source?: BuildRequest['source'];
  readonly settings?: Partial<BuildRequest['settings']>;
  readonly deadlineSeconds?: number;
  /** Of the same app and organization. */
  readonly like?: Deployment;
}

/** The build service as a whole, with what is around it played by the test: deployments in, build events out. */
export class Platform {
  readonly events: CloudEvent[] = [];
  private subscription: Subscription | undefined;
  private last: BusMessage | undefined;
  private readonly versions = new Map<string, number>();

  private constructor(
    readonly service: TestService,
    readonly identity: TestIdentity,
    readonly folder: string,
  ) {}

  static async start(
    environment: Readonly<Record<string, string>> = {},
    overrides: TestServiceOptions['overrides'] = [],
  ): Promise<Platform> {
    const folder = await temporaryFolder();
    const service = await startTestService(build, {
      environment: { ...settingsIn(folder), ...environment },
      overrides,
    });
    const platform = new Platform(service, await TestIdentity.create(service.database), folder);
    await platform.identity.heartbeat(new Date());
    platform.subscription = await platform.bus.subscribe(
      { group: 'test', topics: ['berth.build'] },
      async ({ event }) => {
        registry.get(event.type)?.data.parse(event.data);
        // At least once: a relay that is killed after it published does so again.
        if (!platform.events.some(({ id }) => id === event.id)) platform.events.push(event);
      },
    );
    return platform;
  }

  /** Another replica of a running service. */
  static async join(first: Platform, environment: Readonly<Record<string, string>>): Promise<Platform> {
    const DATABASE_URL = first.service.databaseUrl;
    const settings = { ...settingsIn(first.folder), DATABASE_URL, ...environment };
    return new Platform(await startTestService(build, { environment: settings }), first.identity, first.folder);
  }

  async close(): Promise<void> {
    await this.subscription?.close();
    await this.service.close();
  }

  async request(options: RequestOptions): Promise<Deployment> {
    const ids = {
      organizationId: v7(),
      projectId: v7(),
      environmentId: v7(),
      appId: v7(),
      workloadId: v7(),
      ...options.like,
      deploymentId: v7(),
    };
    const buildId = v7();
    const ref = options.ref ?? 'main';
    const settings = { rootFolder: '', installCommand: null, buildCommand: null, variables: {}, ...options.settings };
    const source = options.source ?? { kind: 'git' as const, url: options.url ?? '', ref };
    const build = { buildId, source, settings, deadlineSeconds: options.deadlineSeconds ?? 1_800 };
    await this.say(deploymentRequested, { ...ids, source: { kind: 'git', ref }, build });
    return { ...ids, buildId };
  }

  cancel({ deploymentId, workloadId, buildId }: Deployment): Promise<void> {
    return this.say(deploymentCancelled, { deploymentId, workloadId, buildId, phase: 'building' });
  }

  supersede({ deploymentId, workloadId, buildId }: Deployment): Promise<void> {
    return this.say(deploymentSuperseded, { deploymentId, workloadId, buildId, byDeploymentId: v7() });
  }

  fail({ deploymentId, workloadId, buildId }: Deployment): Promise<void> {
    return this.say(deploymentFailed, { deploymentId, workloadId, buildId, phase: 'building', cause: 'timeout' });
  }

  /** The build once it has ended, as its owner reads it. */
  async ended(deployment: Deployment, within = 120_000): Promise<Build> {
    const token = await this.tokenFor(deployment);
    return eventually(
      async () => {
        const found = await this.get<Build>(`/v1/builds/${deployment.buildId}`, token);
        if (!found.finishedAt) throw new Error(`the build is ${found.status}`);
        return found;
      },
      { within },
    );
  }

  async status(deployment: Deployment, wanted: string): Promise<void> {
    await eventually(async () => {
      const [row] = await this.service.database.query<{ status: string }>('select status from build where id = $1', [
        deployment.buildId,
      ]);
      if (row?.status !== wanted) throw new Error(`the build is ${row?.status}`);
    }, patiently);
  }

  async log(deployment: Deployment): Promise<string[]> {
    const path = `/v1/builds/${deployment.buildId}/logs?limit=5000`;
    const page = await this.get<BuildLogPage>(path, await this.tokenFor(deployment));
    return page.items.map(({ text }) => text);
  }

  /** The event of a type about a build, once it has come over the bus. */
  event(deployment: Deployment, type: string): Promise<CloudEvent<Record<string, unknown>>> {
    return eventually(() => {
      const found = this.events.find((each) => each.subject === deployment.buildId && each.type === `berth.${type}.v1`);
      if (!found) throw new Error(`no ${type}`);
      return found as CloudEvent<Record<string, unknown>>;
    }, patiently);
  }

  typesOf(deployment: Deployment): string[] {
    return this.events
      .filter(({ subject }) => subject === deployment.buildId)
      .map(({ type }) => type.split('.').slice(1, 3).join('.'));
  }

  async tokenFor({ organizationId }: Pick<Deployment, 'organizationId'>): Promise<string> {
    await this.identity.organization({ id: organizationId });
    return this.identity.member(organizationId, 'developer');
  }

  async get<Answer>(path: string, token: string): Promise<Answer> {
    const response = await this.fetch(path, token);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  fetch(path: string, token: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
    return fetch(`${this.service.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
  }

  /** Says on the bus what user-management would say. */
  async sayOfOrganization(definition: EventDefinition, data: { organizationId: string }): Promise<void> {
    const { organizationId } = data;
    const version = (this.versions.get(organizationId) ?? 0) + 1;
    this.versions.set(organizationId, version);
    const event = eventOf('user-management', definition.type, organizationId, version, definition.data.parse(data));
    await this.bus.publish([{ topic: 'berth.user-management', key: organizationId, event }]);
  }

  /** Says on the bus what deployment-management would say. */
  async say<D extends EventDefinition>(definition: D, data: DataOf<D> & { workloadId: string }): Promise<void> {
    const version = (this.versions.get(data.workloadId) ?? 0) + 1;
    this.versions.set(data.workloadId, version);
    const parsed = definition.data.parse(data);
    const event = eventOf('deployment-management', definition.type, data.workloadId, version, parsed);
    this.last = { topic: 'berth.deployment-management', key: data.workloadId, event };
    await this.bus.publish([this.last]);
  }

  /** The bus delivers at least once: the last message again. */
  async repeat(): Promise<void> {
    if (this.last) await this.bus.publish([this.last]);
  }

  get bus(): EventBus {
    return this.service.app.get<EventBus>(EVENT_BUS);
  }
}

const eventOf = (
  service: string,
  type: string,
  subject: string,
  aggregateversion: number,
  data: unknown,
): CloudEvent => ({
  specversion: '1.0',
  id: randomUUID(),
  source: `/berth/${service}`,
  type,
  subject,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  partitionkey: subject,
  aggregateversion,
  epoch: 0,
  data,
});
