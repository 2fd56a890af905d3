import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Schemas } from '@berth/api-client';
import { build as buildShape } from '@berth/contracts/build';
import {
  deployment as deploymentShape,
  schedule as scheduleShape,
  task as taskShape,
  workload as workloadShape,
} from '@berth/contracts/deployment';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

type Answer = (request: Received, response: ServerResponse) => unknown;

const at = '2026-11-21T10:00:00.000Z';
const digest = `sha256:${'ab'.repeat(32)}`;
/** Readable ids that are UUIDs. */
export const idOf = (number: number): string => `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

export const organization = (slug: string, number = 1) => ({
  id: idOf(number),
  slug,
  displayName: null,
  role: 'owner',
  createdAt: at,
});
export const project = (slug: string) => ({ id: idOf(10), organizationId: idOf(1), slug, createdAt: at });
export const environment = (slug: string, number = 20) => ({
  ...{ id: idOf(number), projectId: idOf(10), organizationId: idOf(1), slug },
  ...{ kind: 'staging', cluster: 'local', regions: [], namespace: `shop-${slug}`, createdAt: at },
});
export const app = (slug: string, source: object = { kind: 'git', url: 'https://git.example/a', branch: 'main' }) => ({
  ...{ id: idOf(30), projectId: idOf(10), organizationId: idOf(1), slug, source },
  ...{ build: { rootFolder: '', installCommand: null, buildCommand: null }, generation: 1, createdAt: at },
});

export const workload = (changes: Partial<Schemas['Workload']> = {}): Schemas['Workload'] =>
  workloadShape.parse({
    ...{ id: idOf(40), appId: idOf(30), environmentId: idOf(20), projectId: idOf(10), organizationId: idOf(1) },
    ...{ cluster: 'local', trackedRef: null, state: 'running', counts: { web: 1 } },
    ...{ processSettings: {}, deadlines: {}, autoscaling: {}, strategy: { kind: 'rolling' } },
    ...{ startDeadlineSeconds: 60, url: 'http://hello.localhost', domains: [], currentRelease: 3 },
    ...{ activeDeploymentId: null, outOfDate: [], generation: 1, observedGeneration: 1, conditions: [], createdAt: at },
    ...changes,
  });

export const deployment = (changes: Partial<Schemas['Deployment']> = {}): Schemas['Deployment'] =>
  deploymentShape.parse({
    ...{ id: idOf(50), workloadId: idOf(40), organizationId: idOf(1), number: 4, status: 'queued' },
    ...{
      source: { kind: 'git', ref: 'main' },
      buildId: idOf(60),
      commit: null,
      canary: null,
      artifactReused: null,
      release: null,
    },
    ...{ failure: null, outcome: null, url: 'http://hello.localhost', createdBy: 'ann', createdAt: at, endedAt: null },
    ...{ timeline: [], durations: {}, notes: [] },
    ...changes,
  });

export const task = (changes: Partial<Schemas['Task']> = {}): Schemas['Task'] =>
  taskShape.parse({
    ...{ id: idOf(70), workloadId: idOf(40), organizationId: idOf(1), deploymentId: null, release: 3, process: 'task' },
    ...{ command: 'node seed.js', cpuMillicores: 250, memoryMib: 256, deadlineSeconds: 3_600, status: 'succeeded' },
    ...{ exitCode: 0, failure: null, instance: 'task-1', createdBy: 'ann', createdAt: at, startedAt: at, endedAt: at },
    ...changes,
  });

export const schedule = (changes: Partial<Schemas['Schedule']> = {}): Schemas['Schedule'] =>
  scheduleShape.parse({
    ...{ id: idOf(71), workloadId: idOf(40), organizationId: idOf(1), name: 'nightly', cron: '0 3 * * *' },
    ...{ timeZone: 'Europe/Berlin', command: 'node report.js', cpuMillicores: 250, memoryMib: 256 },
    ...{ deadlineSeconds: 3_600, suspended: false, nextAt: at, generation: 4, createdBy: 'ann', createdAt: at },
    ...changes,
  });

export const build = (changes: Partial<Schemas['Build']> = {}): Schemas['Build'] =>
  buildShape.parse({
    ...{ id: idOf(60), organizationId: idOf(1), projectId: idOf(10), environmentId: idOf(20), appId: idOf(30) },
    ...{ workloadId: idOf(40), deploymentId: idOf(50), status: 'queued', commit: null, commitSubject: null },
    ...{ source: { kind: 'git', url: 'https://git.example/a', ref: 'main' }, language: null, processes: [] },
    ...{ artifact: null, reused: false, failure: null, createdAt: at, startedAt: null, finishedAt: null },
    ...changes,
  }) as Schemas['Build'];

export const release = (number: number, wasLive = true) => ({
  ...{ id: idOf(100 + number), workloadId: idOf(40), organizationId: idOf(1), number, hash: digest },
  ...{
    artifact: { kind: 'slug', digest, sizeBytes: 2_048 },
    commit: 'f'.repeat(40),
    configVersion: 2,
    scopeVersions: { organization: 0, project: 0, environment: 0 },
  },
  ...{ configHash: digest, reason: 'deploy', wasLive, createdBy: 'ann', createdAt: at },
  processes: [{ name: 'web', command: 'node .', cpuMillicores: 250, memoryMib: 256, health: { path: '/up' } }],
});

export const page = (...items: unknown[]) => ({ items, next: null });

/** A server that answers as a test says: the platform as far as a command sees it. */
export class Platform {
  readonly received: Received[] = [];
  private readonly answers = new Map<string, Answer>();
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** With one of each: acme, shop, staging, hello, deployed as v3. */
  static async start(): Promise<Platform> {
    const http = createServer(
      (request, response) => void read(request).then((each) => platform.answer(each, response)),
    );
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const platform = new Platform(http, `http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    platform.on('GET /v1/organizations', page(organization('acme')));
    platform.on('GET /v1/projects', bySlug(project('shop')));
    platform.on('GET /v1/environments', bySlug(environment('staging')));
    platform.on('GET /v1/apps', bySlug(app('hello')));
    platform.on('GET /v1/workloads', page(workload()));
    return platform;
  }

  /** `GET /v1/apps`: a body answered with 200, or a function. A later answer replaces an earlier one. */
  on(route: string, answer: object | Answer): void {
    this.answers.set(
      route,
      typeof answer === 'function' ? (answer as Answer) : (_, response) => json(response, answer),
    );
  }

  /** What becomes of requests for a WebSocket. */
  onUpgrade(take: (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown): void {
    this.server.removeAllListeners('upgrade').on('upgrade', take);
  }

  /** One answer after another; the last for ever. */
  onEach(route: string, ...answers: (object | Answer)[]): void {
    let next = 0;
    this.on(route, (request, response) => {
      const answer = answers[Math.min(next, answers.length - 1)];
      next += 1;
      return typeof answer === 'function' ? (answer as Answer)(request, response) : json(response, answer);
    });
  }

  /** Requests of a route, oldest first. */
  to(route: string): Received[] {
    return this.received.filter((each) => `${each.method} ${each.path}` === route);
  }

  /** JSON bodies of a route, oldest first. */
  bodies(route: string): unknown[] {
    return this.to(route).map((each) => JSON.parse(each.body.toString()) as unknown);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: Received, response: ServerResponse): void {
    this.received.push(request);
    const answer = this.answers.get(`${request.method} ${request.path}`);
    if (answer) return void answer(request, response);
    problem(response, 404, 'not_found', `The test has no answer for ${request.method} ${request.path}.`);
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://test');
  const { method = '', headers } = request;
  return { method, path: url.pathname, query: url.searchParams, headers, body: Buffer.concat(chunks) };
}

/** Lists everything, or what has the wanted name. */
export const bySlug =
  (...items: { slug: string }[]): Answer =>
  ({ query }, response) =>
    json(response, page(...items.filter((each) => [null, each.slug].includes(query.get('slug')))));

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** 204: done, and nothing to say. */
export const done: Answer = (_, response) => void response.writeHead(204).end();

/** A body, as of generation 7. */
export const tagged =
  (body: object): Answer =>
  (_, response) => {
    response.setHeader('etag', '"7"');
    json(response, body);
  };

export function problem(response: ServerResponse, status: number, code: string, detail = 'No.'): void {
  const body = { type: 'about:blank', title: code, status, code, detail };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

/** Server-Sent Events, then the end. */
export const events =
  (...all: { id?: string; event?: string; data: unknown }[]): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const { id, event, data } of all) {
      response.write(`${id ? `id: ${id}\n` : ''}${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
    }
    response.end();
  };

export const logLines = (...texts: string[]): Answer =>
  events(...texts.map((text, index) => ({ id: `${index + 1}`, data: { sequence: index + 1, at, text } })), {
    event: 'end',
    data: { status: 'succeeded' },
  });
