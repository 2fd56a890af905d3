import { randomBytes, randomUUID } from 'node:crypto';
import type { Grant } from '@berth/access';
import { eventually } from '@berth/testing';
import { execa } from 'execa';
import type { Repository } from '../support/repository.js';
import type { Answer, Sent, Services } from './services.js';

export interface Login {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

export interface Person extends Login {
  readonly id: string;
  readonly email: string;
}

export const password = 'correct horse battery 9';

/** Registers, verifies and logs in. The address starts with `mark`, by which a leak is found. */
export async function newPerson(services: Services, mark: string): Promise<Person> {
  const email = `${mark}-${randomUUID()}@example.com`;
  await services.send('POST', '/v1/auth/register', { body: { email, password } });
  await services.send('POST', '/v1/auth/verify-email', { body: { token: await services.codeFor(email) } });
  const login = await logIn(services, { email, password });
  const me = await services.send('GET', '/v1/me', { token: login.accessToken });
  return { ...login, email, id: (JSON.parse(me.text) as { id: string }).id };
}

export async function logIn(services: Services, body: { email: string; password: string }): Promise<Login> {
  const answer = await services.send('POST', '/v1/auth/login', { body });
  if (answer.status !== 200) throw new Error(`login answered ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Login;
}

/** What a tenant has, one of each kind, by the names that routes call it. */
export interface Belongings {
  organization: string;
  project: string;
  environment: string;
  app: string;
  workload: string;
  deployment: string;
  task: string;
  schedule: string;
  build: string;
  release: string;
  upload: string;
  invoice: string;
  voidInvoice: string;
  webhook: string;
  pullCredential: string;
  dnsZone: string;
  membership: string;
  invitation: string;
  provider: string;
  machine: string;
}

/** An organization, its owner, and one of everything that there is in one. */
export class Tenant {
  /** Of the newest change in who may do what. */
  access = '';
  readonly has = {} as Belongings;
  /** A source to upload. */
  archive: Uint8Array = new Uint8Array();
  /** Made for it, and everybody's. */
  priceBook = '';
  /** What its invoices say. */
  document: object = {};
  private made = 0;

  constructor(
    readonly services: Services,
    /** Every name in this tenant starts with it. */
    readonly mark: string,
    readonly owner: Person,
    /** An administrator's token. */
    private readonly admin: string,
  ) {}

  /** A name that nobody has yet. */
  name(): string {
    return `${this.mark}-${randomBytes(6).toString('hex')}`;
  }

  send = async (method: string, path: string, options: Sent = {}): Promise<Answer> => {
    const headers: Record<string, string> = this.access === '' ? {} : { 'berth-access': this.access };
    const all = { token: this.owner.accessToken, ...options, headers: { ...headers, ...options.headers } };
    const answer = await this.services.send(method, path, all);
    this.access = newer(this.access, answer.headers.get('berth-access'));
    return answer;
  };

  async must<Body>(method: string, path: string, body?: unknown, token = this.owner.accessToken): Promise<Body> {
    const answer = await this.send(method, path, { body, token });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status} ${answer.text}`);
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as Body;
  }

  async make(path: string, body: object): Promise<string> {
    return (await this.must<{ id: string }>('POST', path, body)).id;
  }

  newProject = (): Promise<string> =>
    this.make('/v1/projects', { organizationId: this.has.organization, slug: this.name() });

  newEnvironment = (): Promise<string> =>
    this.make('/v1/environments', { projectId: this.has.project, slug: this.name(), kind: 'staging' });

  newApp = (): Promise<string> =>
    this.make('/v1/apps', { projectId: this.has.project, slug: this.name(), source: { kind: 'upload' } });

  newVolume = async (): Promise<string> =>
    this.make('/v1/volumes', { workloadId: await this.newWorkload(), name: 'data', mountPath: '/data', sizeMib: 1 });

  newDomain = async (): Promise<string> =>
    this.make('/v1/domains', { workloadId: await this.newWorkload(), host: `${this.name()}.example.com` });

  newWorkload = async (): Promise<string> =>
    this.make('/v1/workloads', { appId: await this.newApp(), environmentId: this.has.environment });

  /** Invites somebody, who accepts. Answers the membership's id. */
  async join(person: Person, { role, scope }: Grant): Promise<string> {
    const { email, accessToken } = person;
    await this.make('/v1/invitations', { organizationId: this.has.organization, email, role, scope });
    const token = await this.services.codeFor(email, 2);
    return (await this.must<{ id: string }>('POST', '/v1/invitations/accept', { token }, accessToken)).id;
  }

  newSchedule = (): Promise<string> =>
    this.make(`/v1/workloads/${this.has.workload}/schedules`, {
      ...{ name: `s${randomBytes(6).toString('hex')}`, cron: '0 3 1 1 *', command: 'true' },
    });

  newMembership = async (): Promise<string> => {
    const scope = { kind: 'organization', id: this.has.organization } as const;
    return this.join(await newPerson(this.services, this.mark), { role: 'viewer', scope });
  };

  newProvider = (): Promise<string> =>
    this.make('/v1/identity-providers', { organizationId: this.has.organization, ...identityProvider(this.name()) });

  newMachine = (): Promise<string> =>
    this.make('/v1/service-accounts', { organizationId: this.has.organization, name: this.name(), role: 'viewer' });

  newSecret = (machine: string): Promise<string> => this.make(`/v1/service-accounts/${machine}/secrets`, {});

  newInvitation = (): Promise<string> => {
    const email = `${this.name()}@example.com`;
    return this.make('/v1/invitations', { organizationId: this.has.organization, email, role: 'viewer' });
  };

  newPriceBook = async (): Promise<string> => (await this.operate<{ id: string }>('price-books', priceBook())).id;

  newBudget = (): Promise<string> =>
    this.make('/v1/budgets', { organizationId: this.has.organization, name: this.name(), amount: '1000' });

  newCoupon = async (): Promise<string> => (await this.operate<{ code: string }>('coupons', coupon())).code;

  newDiscount = async (): Promise<string> => {
    const { code } = await this.operate<{ code: string }>('coupons', percentCoupon());
    return this.make('/v1/credits/redemptions', { organization: this.has.organization, code });
  };

  newCredit = async (): Promise<string> => {
    const credit = { organizationId: this.has.organization, name: 'Thanks', amount: '1' };
    return (await this.operate<{ id: string }>('credits', credit)).id;
  };

  /** To come, and later each time. */
  later = (): string => new Date(Date.UTC(2_100 + this.made++)).toISOString();

  private operate<Made>(what: string, body: object): Promise<Made> {
    return this.must<Made>('POST', `/v1/admin/metering/${what}`, body, this.admin);
  }

  /** Written into the database: months of usage are another suite's. */
  newInvoice = async (): Promise<string> => {
    const [id, month, number] = [randomUUID(), `${1_900 + this.made++}-01`, this.name()];
    const document = { ...this.document, number, issuedAt: new Date().toISOString() };
    await this.services.databaseOf('metering').query(
      `insert into invoice (id, organization_id, month, number, issuer, status, currency, due, issued_at, period_to,
                            document, sha256, cut, rated, rated_cut)
       values ($1, $2, $3, $4, 'BERTH', 'issued', 'EUR', '0', now(), '1900-01-01', $5, repeat('0', 64), 0, '[]', 0)`,
      [id, this.has.organization, month, number, JSON.stringify(document)],
    );
    return id;
  };

  newPullCredential = (): Promise<string> =>
    this.make('/v1/pull-credentials', { organizationId: this.has.organization, ...pullCredential(this.name()) });

  newDnsZone = (): Promise<string> =>
    this.make('/v1/dns-zones', { organizationId: this.has.organization, ...dnsZone(this.name()) });

  newWebhook = (): Promise<string> => this.make('/v1/webhooks', webhookOf(this.has.organization));

  newDelivery = async (): Promise<{ path: Record<string, string> }> => {
    const [id, delivery] = [this.has.webhook, randomUUID()];
    await this.services.databaseOf('metering').query(
      `insert into webhook_delivery (id, webhook_id, event_id, type, payload, state, due_at, created_at)
       values ($1, $2, $1, 'berth.budget.cleared.v1', '{}', 'dead', now(), now())`,
      [delivery, id],
    );
    return { path: { id, delivery } };
  };

  newVoidInvoice = async (): Promise<string> => {
    const id = await this.newInvoice();
    await this.operate(`invoices/${id}/void`, { reason: 'a mistake' });
    return id;
  };
}

/** That no test meets by accident. */
export const roomyQuota = {
  projects: 1_000_000,
  environments: 1_000_000,
  apps: 1_000_000,
  cpuMillicores: 1_000_000,
  memoryMib: 1_000_000,
  buildsAtOnce: 1_000_000,
};

/** Its server is nowhere: what is written into it waits. */
export const dnsZone = (name: string) => ({
  ...{ name: `${name}.example`, servers: ['127.0.0.1:1'] },
  key: { name: 'key', secret: 'b3BlbiBzZXNhbWUgYWdhaW4=' },
});

export const pullCredential = (name: string) => ({
  registry: `${name}.example`,
  username: 'robot',
  password: 'secret',
});

export const webhookOf = (organizationId: string) => ({
  ...{ organizationId, url: 'https://example.com/hook', events: ['berth.budget.cleared.v1'] },
});

export const prices = {
  rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.01' } }],
};

/** Of a provider that nobody asks anything. */
export const identityProvider = (displayName: string) => ({
  displayName,
  endpoints: {
    kind: 'oauth2',
    authorizationUrl: 'https://login.example.com/authorize',
    tokenUrl: 'https://login.example.com/token',
    userUrl: 'https://login.example.com/user',
  },
  clientId: 'berth',
  clientSecret: 'client secret of the provider',
});

const percentCoupon = () => ({ ...coupon(), currency: null, amount: null, percent: '5' });

export const coupon = () => ({
  code: randomBytes(6).toString('hex').toUpperCase(),
  name: 'Welcome',
  currency: 'EUR',
  amount: '5',
});

export const priceBook = () => ({ name: `book-${randomBytes(6).toString('hex')}`, currency: 'EUR', prices });

/** The later of two `Berth-Access` of one organization. */
function newer(one: string, other: string | null): string {
  const version = (text: string) => Number(text.split('@')[1] ?? 0);
  return other !== null && version(other) > version(one) ? other : one;
}

/** Founds a tenant, lifts its quotas, and deploys `repository` in it. */
export async function foundTenant(
  services: Services,
  { mark, repository, admin }: { mark: string; repository: Repository; admin: string },
): Promise<Tenant> {
  const tenant = new Tenant(services, mark, await newPerson(services, mark), admin);
  const { has } = tenant;
  has.organization = await tenant.make('/v1/organizations', { slug: tenant.name() });
  await tenant.must('PUT', `/v1/quotas/${has.organization}`, roomyQuota, admin);
  has.project = await tenant.newProject();
  has.environment = await tenant.newEnvironment();
  const source = { kind: 'git', url: repository.url };
  has.app = await tenant.make('/v1/apps', { projectId: has.project, slug: tenant.name(), source });
  has.workload = await tenant.make('/v1/workloads', { appId: has.app, environmentId: has.environment });
  has.membership = await tenant.newMembership();
  has.invitation = await tenant.newInvitation();
  has.provider = await tenant.newProvider();
  has.machine = await tenant.newMachine();
  tenant.priceBook = await tenant.newPriceBook();
  tenant.archive = await archiveOf(repository);
  has.upload = await upload(tenant);
  await deploy(tenant);
  // Usage is told by events: the first of them opens the account.
  tenant.document = await eventually(() => tenant.must('GET', `/v1/invoices/preview?organization=${has.organization}`));
  has.invoice = await tenant.newInvoice();
  has.voidInvoice = await tenant.newVoidInvoice();
  has.webhook = await tenant.newWebhook();
  has.pullCredential = await tenant.newPullCredential();
  has.dnsZone = await tenant.newDnsZone();
  return tenant;
}

async function archiveOf({ folder }: Repository): Promise<Uint8Array> {
  const tar = await execa('tar', ['-cz', '--exclude=.git', '-C', folder, '.'], { encoding: 'buffer' });
  return tar.stdout;
}

async function upload({ send, has, archive }: Tenant): Promise<string> {
  const answer = await send('POST', '/v1/uploads', { query: { organization: has.organization }, body: archive });
  return (JSON.parse(answer.text) as { id: string }).id;
}

async function deploy(tenant: Tenant): Promise<void> {
  const { has } = tenant;
  has.deployment = await tenant.make(`/v1/workloads/${has.workload}/deployments`, { source: { kind: 'git' } });
  const look = async () => {
    const found = await tenant.must<{ status: string; failure: unknown; buildId: string }>(
      'GET',
      `/v1/deployments/${has.deployment}`,
    );
    if (found.status !== 'live') throw new Error(`it is ${found.status} ${JSON.stringify(found.failure)}`);
    return found;
  };
  has.build = (await eventually(look, { within: 60_000 })).buildId;
  const releases = await tenant.must<{ items: { id: string }[] }>('GET', `/v1/releases?workload=${has.workload}`);
  has.release = releases.items[0]?.id ?? '';
  has.task = await endedTask(tenant);
  has.schedule = await tenant.newSchedule();
}

async function endedTask(tenant: Tenant): Promise<string> {
  const id = await tenant.make(`/v1/workloads/${tenant.has.workload}/tasks`, { command: 'true' });
  await eventually(
    async () => {
      const { status } = await tenant.must<{ status: string }>('GET', `/v1/tasks/${id}`);
      if (status !== 'succeeded') throw new Error(`it is ${status}`);
    },
    { within: 60_000 },
  );
  return id;
}
