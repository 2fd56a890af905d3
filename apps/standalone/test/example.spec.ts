import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deployExample } from '../src/example/deploy-example.js';
import { StartFailure } from '../src/failure.js';

interface Asked {
  /** `POST /v1/apps`. */
  readonly what: string;
  readonly body: Record<string, unknown> | undefined;
  readonly authorization: string | undefined;
  readonly access: string | undefined;
}
type Answer = readonly [status: number, body?: unknown, headers?: Record<string, string>];

let folder: string;
let server: Server;
let asked: Asked[];
/** By what is asked, each time the next; the last one stays. */
let answers: Record<string, Answer[]>;
let repository: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-example-'));
  repository = join(folder, 'repository');
  await mkdir(join(folder, 'source'));
  await writeFile(join(folder, 'source/server.js'), 'hello');
  asked = [];
  answers = {
    'POST /v1/auth/login': [[200, { accessToken: 'let-in' }]],
    'POST /v1/organizations': [[201, { id: 'o' }, { 'berth-access': 'o@1' }]],
    'POST /v1/projects': [[201, { id: 'p' }]],
    'POST /v1/environments': [[201, { id: 'e' }, { 'berth-access': 'o@2' }]],
    'POST /v1/apps': [[201, { id: 'a' }]],
    'POST /v1/workloads': [[201, { id: 'w' }]],
    'POST /v1/workloads/w/deployments': [[201, { id: 'd', status: 'queued', url: 'http://hello', failure: null }]],
    'GET /v1/deployments/d': [[200, { id: 'd', status: 'live', url: 'http://hello', failure: null }]],
  };
  server = createServer(async (request, reply) => {
    const what = `${request.method} ${request.url}`;
    const text = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    const { authorization, 'berth-access': access } = request.headers as Record<string, string | undefined>;
    asked.push({ what, body: text === '' ? undefined : JSON.parse(text), authorization, access });
    const known = answers[what] ?? [[404, 'nothing here']];
    const [status, body, headers] = (known.length > 1 ? known.shift() : known[0]) as Answer;
    reply.writeHead(status, headers).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

function deploy(interrupted = new AbortController().signal): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const administrator = { email: 'admin@berth.localhost', password: 'shown-once' };
  return deployExample({ url, administrator, source: join(folder, 'source'), repository }, interrupted);
}
const failureOf = async (): Promise<Error> => {
  const error: unknown = await deploy().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StartFailure);
  return error as Error;
};
const of = (what: string) => asked.filter((each) => each.what === what);
const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim();

describe('the example of the first start', () => {
  it('is made step by step in what the step before made, as the administrator, and its address is told', async () => {
    expect(await deploy()).toBe('http://hello');
    expect(asked.map(({ what, body }) => [what, body])).toEqual([
      ['POST /v1/auth/login', { email: 'admin@berth.localhost', password: 'shown-once' }],
      ['POST /v1/organizations', { slug: 'demo' }],
      ['POST /v1/projects', { organizationId: 'o', slug: 'hello' }],
      ['POST /v1/environments', { projectId: 'p', slug: 'production', kind: 'production' }],
      [
        'POST /v1/apps',
        { projectId: 'p', slug: 'hello-node', source: { kind: 'git', url: `file://${repository}`, branch: 'main' } },
      ],
      ['POST /v1/workloads', { appId: 'a', environmentId: 'e' }],
      ['POST /v1/workloads/w/deployments', { source: { kind: 'git' } }],
      ['GET /v1/deployments/d', undefined],
    ]);
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, ...Array(7).fill('Bearer let-in')]);
  });

  it('sends back the last version of access that it was told, so that it reads what it wrote', async () => {
    await deploy();
    expect(asked.map(({ access }) => access)).toEqual([
      ...[undefined, undefined, 'o@1', 'o@1', 'o@2', 'o@2', 'o@2', 'o@2'],
    ]);
  });

  it('has a Git repository of what lies in the workspace, one commit on main, also the second time', async () => {
    await deploy();
    await writeFile(join(repository, 'left-over'), '');
    await deploy();
    expect(git('log', '--format=%s %an', 'main')).toBe('Hello Berth');
    expect(git('ls-files')).toBe('server.js');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('is looked at until it has ended, and no longer', async () => {
    const at = (status: string): Answer => [200, { id: 'd', status, url: 'http://hello', failure: null }];
    answers['GET /v1/deployments/d'] = [at('building'), at('verifying'), at('live'), at('retired')];
    expect(await deploy()).toBe('http://hello');
    expect(of('GET /v1/deployments/d')).toHaveLength(3);
  });

  it('that is live at once is not looked at', async () => {
    answers['POST /v1/workloads/w/deployments'] = [[201, { id: 'd', status: 'live', url: 'http://at-once' }]];
    expect(await deploy()).toBe('http://at-once');
    expect(of('GET /v1/deployments/d')).toEqual([]);
  });

  it.each(['failed', 'cancelled', 'superseded'])('that is %s says why and what to try next', async (status) => {
    const failure = { message: 'It never listened on PORT.', nextStep: 'Listen on PORT.' };
    answers['GET /v1/deployments/d'] = [[200, { id: 'd', status, url: 'http://hello', failure }]];
    const { message } = await failureOf();
    expect(message).toBe(`The example is ${status}: It never listened on PORT. Listen on PORT.`);
  });
});

describe('an example that a start which was cut off began', () => {
  const taken: Answer = [409, { code: 'taken' }];

  it('goes on with what is there, found by its name in its place', async () => {
    answers['POST /v1/organizations'] = [taken];
    answers['GET /v1/organizations?limit=100'] = [
      [
        200,
        {
          items: [
            { id: 'other', slug: 'demo-2' },
            { id: 'o7', slug: 'demo' },
          ],
        },
      ],
    ];
    answers['POST /v1/apps'] = [taken];
    answers['GET /v1/apps?project=p&limit=100'] = [[200, { items: [{ id: 'a7', slug: 'hello-node' }] }]];
    answers['POST /v1/workloads'] = [taken];
    answers['GET /v1/workloads?app=a7&environment=e&limit=100'] = [[200, { items: [{ id: 'w' }] }]];
    expect(await deploy()).toBe('http://hello');
    expect(of('POST /v1/projects')[0]?.body).toEqual({ organizationId: 'o7', slug: 'hello' });
    expect(of('POST /v1/workloads')[0]?.body).toEqual({ appId: 'a7', environmentId: 'e' });
  });

  it('says what was refused when nothing of that name is there', async () => {
    answers['POST /v1/projects'] = [taken];
    answers['GET /v1/projects?organization=o&limit=100'] = [[200, { items: [{ id: 'p9', slug: 'goodbye' }] }]];
    expect((await failureOf()).message).toMatch(/POST \/v1\/projects answered 409/);
    expect(of('POST /v1/environments')).toEqual([]);
  });
});

describe('an example that cannot be deployed', () => {
  it.each([
    ['the administrator is not let in', 'POST /v1/auth/login', 401],
    ['a step is refused', 'POST /v1/environments', 422],
    ['a step breaks', 'POST /v1/workloads/w/deployments', 503],
    ['it cannot be looked at', 'GET /v1/deployments/d', 500],
  ])('says in one sentence what did not work, and goes no further: %s', async (_name, what, status) => {
    answers[what] = [[status, { detail: 'no' }]];
    const { message } = await failureOf();
    expect(message).toBe(`The example could not be deployed: ${what} answered ${status} {"detail":"no"}`);
    expect(asked.at(-1)?.what).toBe(what);
  });

  it('does not fill the terminal with what was answered', async () => {
    answers['POST /v1/apps'] = [[500, 'x'.repeat(10_000)]];
    expect((await failureOf()).message.length).toBeLessThan(500);
  });

  it('names Git when the repository was not made', async () => {
    // A repository without anything in it has no first commit.
    await rm(join(folder, 'source/server.js'));
    expect((await failureOf()).message).toMatch(/its Git repository was not made/);
    expect(asked).toEqual([]);
  });

  it('is left as it is when the start is interrupted while it is watched', async () => {
    const interrupted = new AbortController();
    answers['GET /v1/deployments/d'] = [[200, { id: 'd', status: 'building', url: '', failure: null }]];
    const deploying = deploy(interrupted.signal);
    const reason = new Error('Ctrl-C');
    server.on('request', ({ url }) => {
      if (url === '/v1/deployments/d') interrupted.abort(reason);
    });
    await expect(deploying).rejects.toBe(reason);
    expect(of('GET /v1/deployments/d').length).toBeLessThanOrEqual(1);
  });
});
