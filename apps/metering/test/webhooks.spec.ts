import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloudEvent } from '@berth/contracts/events';
import { type CreatedWebhook, type WebhookDelivery, webhookEvent } from '@berth/contracts/metering';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveriesRepository } from '../src/webhooks/deliveries.repository.js';
import { WebhookSender } from '../src/webhooks/webhook-sender.js';
import { Billing, runs } from './support/billing.js';
import { MeteringApp, somewhere } from './support/metering-app.js';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const key = { KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64') };
const open = { ...key, PRIVATE_WEBHOOKS: 'true' };
let app: MeteringApp;
let billing: Billing;
let receiver: Server;
const received: Received[] = [];
/** What paths answer; others 204. */
const answers = new Map<string, number>();

beforeAll(async () => {
  app = await MeteringApp.start(open);
  billing = await Billing.of(app);
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { url: path = '', headers } = request;
        received.push({ path, headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(answers.get(path) ?? 204).end();
      });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await app.close();
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => billing.goTo('2026-11-20T12:00:00.000Z'));

const port = () => (receiver.address() as AddressInfo).port;
const urlOf = (path: string) => `http://127.0.0.1:${port()}${path}`;
const senderOf = (service = app.service) => service.app.get(WebhookSender, { strict: false });
const at = (path: string) => received.filter((each) => each.path === path);

async function admin(organizationId: string) {
  const subjectId = randomUUID();
  await app.identity.organization({ id: organizationId });
  await app.identity.member(organizationId, 'admin', { subjectId });
  return app.identity.token({ subjectId, expiresIn: 100_000_000 });
}

async function hooked({ events = webhookEvent.options as readonly string[], over = {} } = {}) {
  const organizationId = randomUUID();
  const token = await admin(organizationId);
  const path = `/${randomUUID()}`;
  const answer = await app.call('/v1/webhooks', token, { organizationId, url: urlOf(path), events, ...over });
  expect(answer.status).toBe(201);
  const hook = answer.body as unknown as CreatedWebhook;
  const deliveries = async () =>
    (await app.call(`/v1/webhooks/${hook.id}/deliveries`, token)).body['items'] as WebhookDelivery[];
  return { organizationId, token, path, hook, deliveries };
}

/** As this service tells its own events; resolves when they are to be delivered. */
async function publish(organizationId: string, types: readonly string[], wanted: () => Promise<WebhookDelivery[]>) {
  const before = (await wanted()).length;
  const messages = types.map((type) => {
    const subject = randomUUID();
    const event: CloudEvent = {
      ...{ specversion: '1.0', id: randomUUID(), source: '/berth/metering', type, subject, partitionkey: subject },
      ...{ time: '2026-11-20T12:00:00.000Z', datacontenttype: 'application/json', aggregateversion: 1, epoch: 0 },
      data: type.includes('invoice') ? invoice(subject, organizationId) : budget(subject, organizationId),
    };
    return { topic: 'berth.metering', key: subject, event };
  });
  await app.service.app.get<EventBus>(EVENT_BUS).publish(messages);
  await eventually(async () => expect(await wanted()).toHaveLength(before + types.length));
}
const invoice = (invoiceId: string, organizationId: string) => ({
  ...{ invoiceId, organizationId, number: 'B-000001', month: '2026-10', currency: 'EUR', due: '1.00' },
  sha256: 'a'.repeat(64),
});
const budget = (budgetId: string, organizationId: string) => ({
  ...{ budgetId, organizationId, projectId: null, environmentId: null, name: 'All', month: '2026-11' },
  ...{ currency: 'EUR', amount: '28.00', spent: '14.00', threshold: 50, forecast: '28.00' },
  ...{ stage: 'warned', stops: [], stopsNext: [], stopsNextAt: null },
});
/** Calls the sender until a delivery is so: what is told on the bus comes in its own time. */
const sentUntil = (done: () => Promise<void>) =>
  eventually(async () => {
    await senderOf().sendDue();
    await done();
  });
const later = (seconds: number) => (app.clock.held = new Date(app.clock.held.getTime() + seconds * 1_000));

describe('a webhook', () => {
  it('is told of an invoice, signed so that anybody with the secret can verify it', async () => {
    const { organizationId, path, hook, deliveries } = await hooked();
    const place = somewhere({ organizationId });
    await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await billing.closeAt('2026-12-04T00:00:00.000Z');
    await eventually(async () => expect(await deliveries()).toHaveLength(1));
    await sentUntil(async () => expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]));
    const [message, ...more] = at(path);
    const { headers, body } = message!;
    const [delivery] = await deliveries();
    expect([more, headers['webhook-id'], headers['content-type']]).toEqual([[], delivery!.id, 'application/json']);
    expect(headers['webhook-timestamp']).toBe(String(Date.parse('2026-12-04T00:00:00.000Z') / 1_000));
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const secret = Buffer.from(hook.secret.replace('whsec_', ''), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
    const [issued] = await billing.invoices(place);
    expect(JSON.parse(body)).toMatchObject({
      ...{ type: 'berth.invoice.issued.v1', timestamp: '2026-12-04T00:00:00.000Z' },
      data: { invoiceId: issued!.id, number: issued!.number, due: '3.50' },
    });
  });

  it.each(webhookEvent.options)('is told of %s', async (type) => {
    const { organizationId, path, deliveries } = await hooked({ events: [type] });
    await publish(organizationId, [type], deliveries);
    await sentUntil(async () => expect(await deliveries()).toMatchObject([{ type, state: 'delivered' }]));
    expect(at(path).map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([type]);
  });

  it('is told of what it asked for, and of its own organization alone', async () => {
    const mine = await hooked({ events: ['berth.invoice.paid.v1'] });
    const other = await hooked();
    const all = ['berth.invoice.issued.v1', 'berth.invoice.paid.v1', 'berth.budget.cleared.v1'];
    await publish(other.organizationId, all, other.deliveries);
    await publish(mine.organizationId, ['berth.invoice.paid.v1'], mine.deliveries);
    expect((await mine.deliveries()).map(({ type }) => type)).toEqual(['berth.invoice.paid.v1']);
  });
});

describe('a receiver that fails', () => {
  it('is tried again after longer and longer, then given up until somebody asks for a replay with the same id', async () => {
    const { organizationId, token, path, hook, deliveries } = await hooked();
    answers.set(path, 503);
    await publish(organizationId, ['berth.invoice.paid.v1'], deliveries);
    for (const [index, wait] of [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].entries()) {
      const next = new Date(app.clock.held.getTime() + wait * 1_000).toISOString();
      const failed = { state: 'pending', attempts: index + 1, failure: 'answered 503', nextAttemptAt: next };
      await sentUntil(async () => expect(await deliveries()).toMatchObject([failed]));
      later(wait);
    }
    await sentUntil(async () => expect(await deliveries()).toMatchObject([{ state: 'dead', attempts: 10 }]));
    expect(at(path)).toHaveLength(10);
    answers.delete(path);
    const [{ id }] = (await deliveries()) as [WebhookDelivery];
    await billing.goTo(app.clock.held.toISOString());
    const replay = () => app.call(`/v1/webhooks/${hook.id}/deliveries/${id}/replays`, token, {});
    expect((await replay()).body).toMatchObject({ state: 'pending', attempts: 0 });
    await sentUntil(async () => expect(await deliveries()).toMatchObject([{ id, state: 'delivered', attempts: 1 }]));
    expect(new Set(at(path).map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    expect((await app.call(`/v1/webhooks/${hook.id}/deliveries?state=dead`, token)).body['items']).toEqual([]);
  });

  it('or a sender that ends in between is no loss: what was claimed is due again after a minute', async () => {
    const { organizationId, path, deliveries } = await hooked();
    answers.set(path, 500);
    await publish(organizationId, ['berth.invoice.paid.v1'], deliveries);
    await sentUntil(async () => expect(await deliveries()).toMatchObject([{ attempts: 1, failure: 'answered 500' }]));
    answers.delete(path);
    const repository = app.service.app.get(DeliveriesRepository, { strict: false });
    const [{ id }] = (await deliveries()) as [WebhookDelivery];
    const now = new Date(app.clock.held.getTime() + 5_000);
    const until = new Date(now.getTime() + 60_000);
    const claimed = await app.database.transaction((tx) => repository.claim(tx, now, until, 1_000));
    expect(claimed.map((each) => each.id)).toContain(id);
    later(6);
    await senderOf().sendDue();
    expect(await deliveries()).toMatchObject([{ state: 'pending', attempts: 2 }]);
    later(60);
    await sentUntil(async () => expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 3 }]));
  });

  it('gets each message from one of two senders', async () => {
    const { organizationId, path, deliveries } = await hooked();
    await publish(
      organizationId,
      Array.from({ length: 40 }, () => 'berth.invoice.paid.v1'),
      deliveries,
    );
    const second = await app.replica(open);
    await Promise.all([senderOf().sendDue(), senderOf(second).sendDue(), senderOf(second).sendDue()]);
    await eventually(async () => expect((await deliveries()).map(({ state }) => state)).not.toContain('pending'));
    await second.close();
    expect(at(path)).toHaveLength(40);
    expect(new Set(at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(40);
  });
});

describe('the secret of a webhook', () => {
  it('can be changed: for a day both sign, then the new one alone', async () => {
    const { organizationId, token, path, hook, deliveries } = await hooked();
    const rotated = await app.call(`/v1/webhooks/${hook.id}/secrets`, token, {});
    expect([rotated.status, rotated.body['secret'] === hook.secret]).toEqual([201, false]);
    await publish(organizationId, ['berth.invoice.paid.v1'], deliveries);
    await sentUntil(async () => expect(await deliveries()).toMatchObject([{ state: 'delivered' }]));
    await billing.goTo('2026-11-21T12:00:00.000Z');
    await publish(organizationId, ['berth.invoice.paid.v1'], deliveries);
    await sentUntil(async () => expect((await deliveries()).map(({ state }) => state)).not.toContain('pending'));
    const [both, one] = at(path).map(({ headers }) => String(headers['webhook-signature']).split(' '));
    expect([both!.length, one!.length]).toEqual([2, 1]);
  });

  it('lies sealed in the database, and is told once', async () => {
    const { organizationId, token, hook } = await hooked();
    const [row] = await app.database.query<{ secret: Buffer }>('select secret from webhook where id = $1', [hook.id]);
    expect(row!.secret.includes(Buffer.from(hook.secret.slice(6), 'base64'))).toBe(false);
    expect(row!.secret.includes(hook.secret)).toBe(false);
    const { body } = await app.call(`/v1/webhooks?organization=${organizationId}`, token);
    const { secret: _, ...told } = hook;
    expect(body['items']).toEqual([told]);
  });
});

describe('webhooks', () => {
  it('are for administrators of their organization alone, and end with their deliveries', async () => {
    const { organizationId, token, hook } = await hooked();
    const [viewer, stranger] = [await app.viewer(organizationId), await admin(randomUUID())];
    const paths = [`/v1/webhooks?organization=${organizationId}`, `/v1/webhooks/${hook.id}/deliveries`];
    for (const path of paths) {
      expect((await app.call(path, viewer)).status).toBe(403);
      expect((await app.call(path, stranger)).status).toBe(404);
      expect((await app.call(path, token)).status).toBe(200);
    }
    expect((await app.remove(`/v1/webhooks/${hook.id}`, stranger)).status).toBe(404);
    expect((await app.remove(`/v1/webhooks/${hook.id}`, token)).status).toBe(204);
    expect((await app.call(`/v1/webhooks/${hook.id}/deliveries`, token)).status).toBe(404);
  });

  it('of an organization are a hundred at most', async () => {
    const { organizationId, token } = await hooked();
    const body = { organizationId, url: urlOf('/'), events: ['berth.invoice.paid.v1'] };
    await app.database.query(
      `insert into webhook (id, organization_id, url, events, secret, created_at)
       select gen_random_uuid(), $1, 'https://example.com', '{}', '', now() from generate_series(1, 98)`,
      [organizationId],
    );
    expect((await app.call('/v1/webhooks', token, body)).status).toBe(201);
    expect((await app.call('/v1/webhooks', token, body)).body).toMatchObject({ code: 'webhook_limit_reached' });
  });
});

describe('where an administrator has not allowed the own network', () => {
  let strict: MeteringApp;
  beforeAll(async () => {
    strict = await MeteringApp.start(key);
  });
  afterAll(() => strict.close());

  const create = async (url: string) => {
    const organizationId = randomUUID();
    const subjectId = randomUUID();
    await strict.identity.organization({ id: organizationId });
    await strict.identity.member(organizationId, 'owner', { subjectId });
    const token = await strict.identity.token({ subjectId });
    return strict.call('/v1/webhooks', token, { organizationId, url, events: ['berth.invoice.paid.v1'] });
  };

  it.each([
    'http://example.com/hook',
    'https://127.0.0.1/hook',
    'https://[::1]/hook',
    'https://10.1.2.3/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433/hook',
  ])('a webhook to %s is refused', async (url) => {
    expect(await create(url)).toMatchObject({
      ...{ status: 422, body: { code: 'webhook_url_refused', errors: [{ pointer: '/url' }] } },
    });
  });

  it('a name that leads there is asked nothing', async () => {
    const { status, body } = await create(`https://localhost:${port()}/hidden`);
    expect(status).toBe(201);
    await strict.database.query(
      `insert into webhook_delivery (id, webhook_id, event_id, type, payload, due_at, created_at)
       values ($1, $2, $1, 'berth.invoice.paid.v1', '{}', $3, $3)`,
      [randomUUID(), body['id'], strict.clock.held],
    );
    await eventually(async () => {
      await senderOf(strict.service).sendDue();
      const rows = await strict.database.query('select failure, attempts from webhook_delivery');
      expect(rows).toEqual([{ failure: 'localhost is not a public host.', attempts: 1 }]);
    });
    expect(at('/hidden')).toEqual([]);
  });
});

it('without a key to seal secrets there are no webhooks', async () => {
  const keyless = await MeteringApp.start();
  const administrator = randomUUID();
  const organizationId = randomUUID();
  await keyless.identity.organization({ id: organizationId });
  await keyless.identity.member(organizationId, 'owner', { subjectId: administrator });
  const token = await keyless.identity.token({ subjectId: administrator });
  const body = { organizationId, url: 'https://example.com', events: ['berth.invoice.paid.v1'] };
  expect((await keyless.call('/v1/webhooks', token, body)).body).toMatchObject({ code: 'webhooks_not_configured' });
  await keyless.close();
});
