import { randomBytes, randomUUID } from 'node:crypto';
import type { CreatedWebhook } from '@berth/contracts/metering';
import type { Tx } from '@berth/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WebhooksRepository } from '../src/webhooks/webhooks.repository.js';
import { MeteringApp } from './support/metering-app.js';

let app: MeteringApp;
let webhooks: WebhooksRepository;
let ours: Awaited<ReturnType<typeof tenant>>;
let neighbour: Awaited<ReturnType<typeof tenant>>;

beforeAll(async () => {
  app = await MeteringApp.start({ KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64') });
  webhooks = app.service.app.get(WebhooksRepository, { strict: false });
});
beforeEach(async () => {
  ours = await tenant();
  neighbour = await tenant();
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => app.close());

/** An organization with a webhook. */
async function tenant() {
  const [organizationId, subjectId] = [randomUUID(), randomUUID()];
  await app.identity.organization({ id: organizationId });
  await app.identity.member(organizationId, 'admin', { subjectId });
  const token = await app.identity.token({ subjectId, expiresIn: 100_000_000 });
  const hook = { organizationId, url: 'https://example.com/hook', events: ['berth.invoice.issued.v1'] };
  const create = () => app.call('/v1/webhooks', token, hook);
  const { id } = (await create()).body as unknown as CreatedWebhook;
  const remove = () =>
    fetch(`${app.service.url}/v1/webhooks/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
  const left = () => app.service.database.query('select from webhook where organization_id = $1', [organizationId]);
  return { organizationId, create, remove, left: async () => (await left()).length };
}

/** As the route that deletes one webhook would, had it forgotten which. */
const forgetful = () =>
  jest.spyOn(webhooks, 'delete').mockImplementation(async (tx: Tx) => void (await tx.query('delete from webhook')));

describe('a route whose statement forgets the organization', () => {
  it('takes nothing from a neighbour', async () => {
    forgetful();
    expect((await ours.remove()).status).toBe(204);
    expect([await ours.left(), await neighbour.left()]).toEqual([0, 1]);
  });

  it('would take all without the wall', async () => {
    forgetful();
    await app.service.database.query('alter table webhook no force row level security');
    await ours.remove();
    await app.service.database.query('alter table webhook force row level security');
    expect([await ours.left(), await neighbour.left()]).toEqual([0, 0]);
  });

  it('makes nothing for a neighbour', async () => {
    const insert = webhooks.insert.bind(webhooks);
    const { organizationId } = neighbour;
    jest
      .spyOn(webhooks, 'insert')
      .mockImplementation((tx, webhook, secret) => insert(tx, { ...webhook, organizationId }, secret));
    expect((await ours.create()).status).toBe(500);
    expect([await ours.left(), await neighbour.left()]).toEqual([1, 1]);
  });
});
