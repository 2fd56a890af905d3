import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commands } from '../src/command-table.js';
import { anonymous, others, reads } from './calls.js';
import {
  deployment,
  idOf,
  json,
  logLines,
  page,
  Platform,
  problem,
  release,
  schedule,
  task,
  workload,
} from './platform.js';
import {
  delegation,
  dnsZone,
  domain,
  hook,
  interval,
  me,
  openClosing,
  openMonth,
  priceBook,
  provider,
  pull,
} from './samples.js';
import { Terminal } from './terminal.js';

const base = `/v1/workloads/${idOf(40)}`;

const sleep = { environmentId: idOf(20), timeZone: 'UTC', awake: [], awakeUntil: null, isAsleep: true };
const failover = { environmentId: idOf(20), afterSeconds: 300, workersMayRunTwice: false };
const summary = { total: 1, working: 1, degraded: 0, failed: 0, starting: 0, stopped: 0, neverLive: 0, unknown: 0 };

/** Commands that hand what follows to another one. */
const passing = ['exec', 'run', 'schedules create'];

describe('every command', () => {
  let platform: Platform;
  let closed: Platform;
  let terminal: Terminal;

  beforeAll(async () => {
    platform = await Platform.start();
    closed = await Platform.start();
    terminal = await Terminal.open(platform.url);
    const amounts = { millicoreSeconds: '0', byteSeconds: '0', storageByteSeconds: '0', buildMillicoreSeconds: '0' };
    const total = { ...amounts, egressBytes: '0', domainSeconds: '0', instanceSeconds: '0', used: null };
    platform.on('GET /v1/me', me);
    platform.on('GET /v1/me/export', { user: me });
    platform.on('GET /v1/releases', page(release(3), release(1)));
    platform.on('GET /v1/deployments', page(deployment()));
    platform.on(`GET ${base}/placements`, page());
    platform.on('GET /v1/tasks', page(task()));
    platform.on(`GET /v1/tasks/${idOf(70)}`, task());
    platform.on('GET /v1/schedules', page(schedule()));
    platform.on(`GET /v1/environments/${idOf(20)}/labels`, { id: idOf(20), labels: {}, since: null });
    platform.on(`GET /v1/environments/${idOf(20)}/sleep`, sleep);
    platform.on(`GET /v1/environments/${idOf(20)}/failover`, failover);
    platform.on(`GET /v1/environments/${idOf(20)}/snapshots`, page());
    platform.on(`GET /v1/environments/${idOf(20)}/rollbacks`, page());
    platform.on('GET /v1/environments/summary', summary);
    platform.on(`GET /v1/environments/${idOf(20)}/summary`, summary);
    platform.on(`GET /v1/schedules/${idOf(71)}/runs`, page());
    platform.on(`GET /v1/tasks/${idOf(70)}/logs`, logLines());
    platform.on(`GET ${base}/vertical-autoscaling`, {
      processes: {},
      state: 'watching',
      message: '',
      restsUntil: null,
    });
    platform.on(`GET ${base}/instances`, { items: [], silent: [] });
    platform.on(`GET ${base}/stats`, { at: '', items: [], silent: [] });
    platform.on(`POST ${base}/placements/berlin/scale`, { counts: { web: 2 } });
    platform.on(`GET /v1/config/${idOf(40)}`, {
      workloadId: idOf(40),
      version: 0,
      variables: {},
      files: [],
      createdAt: null,
    });
    const scopeVersions = { organization: 0, project: 0, environment: 0 };
    platform.on(`GET /v1/config/${idOf(40)}/effective`, { workloadId: idOf(40), version: 0, scopeVersions, items: [] });
    platform.on(`GET /v1/secrets/${idOf(40)}/effective`, { workloadId: idOf(40), items: [] });
    platform.on(`GET /v1/links/${idOf(40)}`, { workloadId: idOf(40), version: 0, items: [], usedBy: [] });
    platform.on(`GET /v1/workloads/${idOf(40)}/protection`, { workloadId: idOf(40), logins: [], allow: [] });
    platform.on(`GET /v1/builds/${idOf(60)}/logs`, logLines());
    platform.on('GET /v1/usage', { ...interval, total });
    platform.on('GET /v1/usage/anomalies', page());
    platform.on('GET /v1/costs', { ...interval, total: '0.00', currency: 'EUR', priceBook: 'default' });
    platform.on(
      'GET /v1/price-books',
      page({ ...priceBook, current: { version: 1, validFrom: '', prices: { rates: [], fees: [] } } }),
    );
    platform.on(`GET /v1/price-books/${priceBook.id}/versions`, page());
    platform.on(`GET /v1/price-books/${priceBook.id}/differences`, { currency: 'EUR', from: 1, items: [] });
    platform.on('GET /v1/costs/environments', {
      ...interval,
      month: '2026-11',
      currency: 'EUR',
      items: [],
      next: null,
    });
    platform.on('GET /v1/credits', page());
    platform.on('GET /v1/admin/metering/coupons', page());
    platform.on('GET /v1/credits/discounts', page());
    platform.on('GET /v1/volumes', page());
    platform.on('GET /v1/domains', page(domain));
    platform.on(`GET /v1/projects/${idOf(10)}/delegations`, page(delegation));
    platform.on(`GET /v1/projects/${idOf(10)}/delegations/${delegation.id}`, delegation);
    for (const route of [
      'sessions',
      'api-tokens',
      'organization-tokens',
      'auth/passkeys',
      'memberships',
      'roles',
      'invitations',
      'groups',
      'service-accounts',
      'me/impersonations',
    ])
      platform.on(`GET /v1/${route}`, page());
    platform.on('GET /v1/identity-providers', page(provider));
    platform.on(
      'GET /v1/auth/identities',
      page({ id: idOf(8), provider: 'Google', createdAt: '2026-11-02T00:00:00.000Z' }),
    );
    const who = { actor: { kind: 'user', id: 'u' }, target: { kind: 'app', id: 'a' }, address: null };
    platform.on('GET /v1/audit', page({ entryId: idOf(1), at: '', action: 'apps:create', ...who, detail: {} }));
    platform.on('GET /v1/audit/export', { entryId: idOf(1) });
    platform.on('GET /v1/audit/verification', { items: [] });
    platform.on('GET /v1/auth/totp', { enabled: false, recoveryCodesLeft: 0 });
    const identity = '/v1/admin/user-management';
    const behind = { waiting: 0, oldestWaitingAt: null, accessHeardAt: null, deadLetters: 0 };
    for (const service of ['metering', 'user-management']) platform.on(`GET /v1/admin/${service}/events`, behind);
    platform.on(`GET ${identity}/signing-keys`, { items: [] });
    platform.on(`GET ${identity}/users`, page());
    platform.on(`GET ${identity}/audit`, page());
    platform.on(`GET ${identity}/audit/export`, { entryId: idOf(1) });
    platform.on(`GET ${identity}/audit/verification`, { items: [] });
    platform.on(`GET ${identity}/organizations`, page({ id: idOf(2), slug: 'acme', status: 'active', createdAt: '' }));
    platform.on(`GET ${identity}/sign-up-policy`, { mode: 'open', domains: [] });
    platform.on(`GET /v1/quotas/${idOf(2)}`, { apps: 1 });
    platform.on('GET /v1/admin/metering/dead-letters', page());
    platform.on('GET /v1/admin/metering/closings', page());
    platform.on(`GET /v1/admin/metering/closings/${idOf(2)}`, openClosing);
    platform.on('GET /v1/budgets', page());
    platform.on('GET /v1/clusters', page({ id: idOf(90), name: 'local', isOwn: true, conditions: [], address: [] }));
    platform.on(`GET /v1/clusters/${idOf(90)}/report`, { isFit: true, version: null, checks: [] });
    const same = { before: '0.00', after: '0.00', difference: '0.00', causes: [] };
    platform.on('GET /v1/costs/comparison', { currency: 'EUR', month: '2026-11', with: '2026-10', ...same });
    platform.on('GET /v1/invoices', page());
    platform.on('GET /v1/payments', page());
    platform.on('GET /v1/webhooks', page(hook));
    platform.on('GET /v1/pull-credentials', page(pull));
    platform.on('GET /v1/dns-zones', page(dnsZone));
    platform.on(`GET /v1/dns-zones/${dnsZone.id}/records`, page());
    platform.on(`GET /v1/webhooks/${hook.id}/deliveries`, page());
    platform.on('GET /v1/invoices/preview', openMonth);
    for (const route of ['price-books', 'organizations', 'projects', 'environments', 'apps', 'workloads', 'clusters']) {
      closed.on(`GET /v1/${route}`, (_, response) => problem(response, 401, 'unauthenticated'));
    }
    closed.on('GET /v1/me', (_, response) => problem(response, 401, 'unauthenticated'));
    for (const route of [
      'GET /v1/admin/metering/dead-letters',
      ...['metering', 'user-management'].map((service) => `GET /v1/admin/${service}/events`),
      ...['replays', 'discards'].map((each) => `POST /v1/admin/metering/dead-letters/${each}`),
      ...['GET', 'POST'].map((method) => `${method} /v1/admin/metering/closings`),
      `GET /v1/admin/metering/closings/${idOf(2)}`,
      ...['GET', 'POST'].map((method) => `${method} /v1/admin/metering/coupons`),
      `POST /v1/admin/metering/discounts/${idOf(86)}/revoke`,
      ...['waivers', 'reopenings'].map((each) => `POST /v1/admin/metering/closings/${idOf(2)}/${each}`),
    ])
      closed.on(route, (_, response) => problem(response, 401, 'unauthenticated'));
    closed.on('POST /v1/clusters', (_, response) => problem(response, 401, 'unauthenticated'));
    const refused = [
      ...[
        'GET /v1/sessions',
        'DELETE /v1/sessions',
        'GET /v1/auth/identities',
        'GET /v1/api-tokens',
        'POST /v1/api-tokens',
        'GET /v1/auth/totp',
      ],
      ...[
        `DELETE /v1/api-tokens/${idOf(7)}`,
        `DELETE /v1/organization-tokens/${idOf(7)}`,
        `GET /v1/snapshots/${idOf(60)}`,
        `POST ${identity}/snapshots`,
        `POST ${identity}/epochs`,
        'POST /v1/auth/step-up',
        ...['POST /v1/invitations/accept', `POST /v1/domains/${domain.id}/vouch`],
        'POST /v1/auth/recovery-codes',
        'GET /v1/auth/passkeys',
      ],
      ...['GET', 'POST'].map((method) => `${method} ${identity}/signing-keys`),
      ...['audit', 'audit/export', 'audit/verification'].map((what) => `GET ${identity}/${what}`),
      ...['GET', 'PUT'].map((method) => `${method} ${identity}/sign-up-policy`),
      ...[`POST ${identity}/impersonations/${idOf(7)}/token`, 'GET /v1/me/impersonations'],
      ...['GET /v1/me/export', 'POST /v1/me/email', 'POST /v1/me/email/confirm'],
      ...[`POST /v1/me/impersonations/${idOf(7)}/consent`, `DELETE /v1/me/impersonations/${idOf(7)}`],
      ...['users', 'organizations'].map((what) => `GET ${identity}/${what}`),
    ];
    for (const route of refused) closed.on(route, (_, response) => problem(response, 401, 'unauthenticated'));
    closed.on('POST /v1/organizations', (_, response) => problem(response, 401, 'unauthenticated'));
    platform.on('GET /v1/workloads', (_, response) => json(response, page(workload())));
  });
  afterAll(async () => {
    await platform.stop();
    await closed.stop();
    await terminal.close();
  });

  it('is a read or another one in this test', () => {
    const known = [...Object.keys(reads), ...Object.keys(others)].sort();
    expect(known).toEqual(commands.map((each) => each.path).sort());
  });

  it.each(Object.entries(reads))('%s answers JSON on stdout and nothing else', async (path, args) => {
    const ran = await terminal.berth([...path.split(' '), ...args, '--json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(() => JSON.parse(ran.stdout) as unknown).not.toThrow();
  });

  it.each(Object.entries(reads))('%s reads only', async (path, args) => {
    const before = platform.received.length;
    await terminal.berth([...path.split(' '), ...args]);
    const methods = platform.received.slice(before).map((each) => each.method);
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });

  // What stands behind the command of these is for that command.
  it.each(
    [...Object.entries(reads), ...Object.entries(others)].filter(
      ([path]) => ![...anonymous, ...passing].includes(path),
    ),
  )('%s exits with 3 when nobody is logged in', async (path, args) => {
    const ran = await terminal.berth([...path.split(' '), ...args, '--server', closed.url]);
    expect(ran).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('berth login') });
  });

  it.each([...Object.entries(reads), ...Object.entries(others)].filter(([path]) => !passing.includes(path)))(
    '%s refuses an option that it does not know',
    async (path, args) => {
      const ran = await terminal.berth([...path.split(' '), ...args, '--no-such-option']);
      expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--no-such-option') });
    },
  );
});
