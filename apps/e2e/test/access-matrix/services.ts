import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '@berth/build';
import { deploymentManagement } from '@berth/deployment-management';
import { metering } from '@berth/metering';
import type { Database } from '@berth/service-kit';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { userManagement } from '@berth/user-management';
import { operationsOf, type Operation } from './open-api.js';

export interface Sent {
  readonly token?: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

const names = ['user-management', 'deployment-management', 'build', 'metering'] as const;

export const administrator = { email: 'root@example.com', password: 'the first password' };

/** All four services in this process, on one Postgres and one bus, as the embedded default composes them. */
export class Services {
  private constructor(
    private readonly folder: string,
    readonly keyEncryptionKey: string,
    private readonly running: readonly TestService[],
    readonly operations: readonly Operation[],
  ) {}

  static async start(): Promise<Services> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-matrix-'));
    const key = randomBytes(32).toString('base64');
    const identity = await startTestService(userManagement, { environment: identityEnvironment(folder, key) });
    const environment = { BUS_DATABASE_URL: identity.databaseUrl, KEY_ENCRYPTION_KEY: key };
    const running = [
      identity,
      await startTestService(deploymentManagement, {
        environment: { ...environment, RUNTIME: 'memory', PRIVATE_DNS: 'true' },
      }),
      await startTestService(build, { environment: { ...environment, ...buildEnvironment(folder) } }),
      await startTestService(metering, { environment }),
    ];
    const operations = await Promise.all(running.map(({ url }) => operationsOf(url)));
    return new Services(folder, key, running, operations.flat());
  }

  /** Correlation ids of all requests that left an entry in the audit trail of any service. */
  async recordedRequests(): Promise<Set<string>> {
    const asked = this.running.map(({ database }) =>
      database.query<{ id: string }>(`select distinct detail -> 'request' ->> 'correlationId' as id from audit_entry`),
    );
    return new Set((await Promise.all(asked)).flat().map(({ id }) => id));
  }

  databaseOf(service: (typeof names)[number]): Database {
    return (this.running[names.indexOf(service)] as TestService).database;
  }

  urlOf(service: (typeof names)[number]): string {
    return (this.running[names.indexOf(service)] as TestService).url;
  }

  get urls(): string[] {
    return this.running.map(({ url }) => url);
  }

  async close(): Promise<void> {
    for (const service of [...this.running].reverse()) await service.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Sends to the service that the path belongs to; bodies are JSON unless they are bytes or forms. */
  async send(method: string, path: string, { token, query = {}, body, headers = {} }: Sent = {}): Promise<Answer> {
    const parameters = new URLSearchParams(query).toString();
    const response = await fetch(`${this.urlFor(path)}${path}${parameters === '' ? '' : `?${parameters}`}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: textOf(body) }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** The code of the newest mail to an address. */
  codeFor(email: string, mails = 1): Promise<string> {
    return eventually(async () => {
      const files = (await readdir(this.folder)).filter((name) => name.endsWith('.eml')).sort();
      const texts = await Promise.all(files.map((name) => readFile(join(this.folder, name), 'utf8')));
      const theirs = texts.filter((text) => text.includes(`To: ${email}`));
      const code = /^Code: (\S+)$/m.exec(theirs.at(-1)?.replace(/=\r?\n/g, '') ?? '')?.[1];
      if (theirs.length < mails || code === undefined) throw new Error(`no code for ${email} yet`);
      return code;
    });
  }

  private urlFor(path: string): string {
    const segments = segmentsOf(path);
    const found = this.operations.find((operation) => segmentsOf(operation.path) === segments);
    if (!found) throw new Error(`no service answers ${path}`);
    return found.url;
  }
}

function typeOf(body: unknown): string {
  if (body instanceof Uint8Array) return 'application/gzip';
  return body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json';
}

function textOf(body: unknown): string | Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
}

/** What the gateway routes by: the first segment after the version, and the service's name for operators. */
function segmentsOf(path: string): string {
  const [, version, first, second] = (path.split('?')[0] ?? '').split('/');
  return first === 'admin' ? `${version}/${first}/${second}` : `${version}/${first}`;
}

const identityEnvironment = (folder: string, key: string) => ({
  KEY_ENCRYPTION_KEY: key,
  MAIL_FOLDER: folder,
  SIGN_UP: 'open',
  PASSWORD_COST: '4',
  // Tokens are made once, and the matrix is long.
  ACCESS_TOKEN_SECONDS: '3600',
  BOOTSTRAP_ADMIN_EMAIL: administrator.email,
  BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
});

const buildEnvironment = (folder: string) => ({
  DATA_FOLDER: join(folder, 'builds'),
  BLOB_FOLDER: join(folder, 'blobs'),
  ALLOW_LOCAL_SOURCES: 'true',
  ISOLATE_BUILDS: 'false',
  MIN_FREE_BYTES: '0',
  TOOL_PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
});
