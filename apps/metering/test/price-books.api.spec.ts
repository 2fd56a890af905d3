import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changed, MeteringApp, somewhere, web } from './support/metering-app.js';

let app: MeteringApp;
let administrator: string;

beforeAll(async () => {
  app = await MeteringApp.start();
  // Writes need fresh access rules, and the clock of this app stands still.
  await app.identity.heartbeat(app.clock.held);
  administrator = await app.administrator();
});
afterAll(() => app.close());

const books = '/v1/admin/metering/price-books';
const cpuAt = (price: string) => ({
  rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price } }],
});
const book = (over: object = {}) => ({
  name: `book-${randomUUID().slice(0, 8)}`,
  currency: 'EUR',
  prices: cpuAt('1'),
  ...over,
});
const create = (body: object, token = administrator) => app.call(books, token, body);
const later = (seconds: number) => new Date(app.clock.held.getTime() + seconds * 1_000).toISOString();

describe('price books', () => {
  it('are read by everybody who has a token, the default one among them', async () => {
    const { status, body } = await app.call('/v1/price-books', await app.viewer(randomUUID()));
    expect(status).toBe(200);
    const [first] = (body['items'] as { name: string }[]).filter(({ name }) => name === 'default');
    expect(first).toMatchObject({
      ...{ name: 'default', currency: 'EUR', rounding: 'half-even' },
      current: {
        version: 1,
        validTo: null,
        prices: {
          rates: [
            { id: 'cpu' },
            { id: 'memory' },
            { id: 'storage' },
            { id: 'build' },
            { id: 'egress' },
            { id: 'domain' },
          ],
        },
      },
    });
  });

  it('are made by an administrator alone', async () => {
    const member = await app.viewer(randomUUID());
    expect((await create(book(), member)).status).toBe(403);
    expect(
      (await app.call(`${books}/${randomUUID()}/versions`, member, { validFrom: later(1), prices: cpuAt('1') })).status,
    ).toBe(403);
  });

  it('say in the audit trail why there is a new version, and since when it holds', async () => {
    const { body: made } = await create(book());
    const add = (reason: string) =>
      app.call(`${books}/${String(made['id'])}/versions`, administrator, {
        ...{ validFrom: later(60), prices: cpuAt('2'), reason },
      });
    expect(await add('x')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
    expect((await add('power became dearer')).status).toBe(201);
    const entries = await app.database.query(
      `select detail - 'request' as detail from audit_entry where target->>'id' = $1 order by sequence`,
      [made['id']],
    );
    const after = { version: 2, validFrom: later(60) };
    const before = { version: 1, validFrom: new Date(0).toISOString() };
    const detail = { ...after, reason: 'power became dearer', before, after };
    expect(entries).toEqual([{ detail: { version: 1 } }, { detail }]);
  });

  it('have versions that begin in the future, one after the other, and a version holds until the next', async () => {
    const { body: made } = await create(book());
    const path = `${books}/${String(made['id'])}/versions`;
    const add = (seconds: number) => app.call(path, administrator, { validFrom: later(seconds), prices: cpuAt('2') });
    expect((await add(0)).body).toMatchObject({ code: 'price_book_version_too_early' });
    expect((await add(60)).body).toMatchObject({ version: 2, validTo: null });
    expect((await add(60)).status).toBe(409);
    expect((await add(120)).body).toMatchObject({ version: 3 });
    const { body } = await app.call(`/v1/price-books/${String(made['id'])}/versions`, administrator);
    const versions = (body['items'] as { version: number; validFrom: string; validTo: string | null }[]).map(
      ({ version, validFrom, validTo }) => [version, validFrom, validTo],
    );
    expect(versions).toEqual([
      [1, '1970-01-01T00:00:00.000Z', later(60)],
      [2, later(60), later(120)],
      [3, later(120), null],
    ]);
  });

  it('of the same name are refused, and so is a version of none', async () => {
    const body = book();
    await create(body);
    expect((await create(body)).body).toMatchObject({ code: 'price_book_name_taken' });
    const none = await app.call(`${books}/${randomUUID()}/versions`, administrator, {
      validFrom: later(1),
      prices: cpuAt('1'),
    });
    expect(none.body).toMatchObject({ code: 'price_book_not_found' });
  });

  const tiers = (...all: [string | null, string][]) => ({
    rates: [
      { ...cpuAt('1').rates[0], pricing: { kind: 'graduated', tiers: all.map(([upTo, price]) => ({ upTo, price })) } },
    ],
  });
  it.each([
    ['a currency that is none', { currency: 'XYZ' }],
    ['a price below 0', { prices: cpuAt('-1') }],
    ['a price with eleven decimals', { prices: cpuAt('0.00000000001') }],
    [
      'a price as a float',
      { prices: { rates: [{ ...cpuAt('1').rates[0], pricing: { kind: 'per-unit', price: 0.1 } }] } },
    ],
    ['tiers without an end', { prices: tiers(['10', '1']) }],
    [
      'tiers that go down, by less than a float sees',
      { prices: tiers(['100000000000001', '1'], ['100000000000000.9999999999', '1'], [null, '1']) },
    ],
    ['two rates of one metric', { prices: { rates: [...cpuAt('1').rates, { ...cpuAt('2').rates[0], id: 'more' }] } }],
    [
      'a discount on nothing',
      { prices: { ...cpuAt('1'), discounts: [{ id: 'dd', name: 'd', percent: '5', on: ['gpu'] }] } },
    ],
    [
      'a discount of both kinds',
      { prices: { ...cpuAt('1'), discounts: [{ id: 'dd', name: 'd', percent: '5', amount: '1' }] } },
    ],
    [
      'a discount of more than all',
      { prices: { ...cpuAt('1'), discounts: [{ id: 'dd', name: 'd', percent: '100.1' }] } },
    ],
    ['an unknown field', { prices: { ...cpuAt('1'), vat: '19' } }],
  ])('with %s are refused', async (_name, over) => {
    expect((await create(book(over))).status).toBe(422);
  });
});

describe('differences', () => {
  it('between versions and to prices that are not stored are told by rate, fee and minimum', async () => {
    const { body: made } = await create(book());
    const path = String(made['id']);
    const fees = [{ id: 'support', name: 'Support', amount: '5' }];
    await app.call(`${books}/${path}/versions`, administrator, {
      validFrom: later(60),
      prices: { ...cpuAt('2'), fees },
    });
    const told = await app.call(`/v1/price-books/${path}/differences?from=1&to=2`, await app.viewer(randomUUID()));
    const pricing = (price: string) => ({ kind: 'per-unit', price });
    expect(told.body).toMatchObject({
      ...{ currency: 'EUR', from: 1 },
      items: [
        { kind: 'rate', id: 'cpu', before: { pricing: pricing('1') }, after: { pricing: pricing('2') } },
        { kind: 'fee', id: 'support', before: null, after: { amount: '5' } },
      ],
    });
    const compare = (prices: object, token = administrator) =>
      app.call(`${books}/${path}/differences`, token, { prices });
    const next = await compare({ ...cpuAt('2'), fees, minimum: '10' });
    expect(next.body).toMatchObject({ from: 2, items: [{ kind: 'minimum', before: null, after: '10' }] });
    expect((await compare(cpuAt('-1'))).status).toBe(422);
    expect((await compare(cpuAt('1'), await app.viewer(randomUUID()))).status).toBe(403);
    expect((await app.call(`/v1/price-books/${path}/differences?from=1&to=3`, administrator)).body).toMatchObject({
      code: 'price_book_version_not_found',
    });
    expect((await app.call(`/v1/price-books/${randomUUID()}/differences?from=1&to=2`, administrator)).status).toBe(404);
  });
});

describe('costs', () => {
  it('follow the book of the billing account: a price that changes counts from its moment on', async () => {
    const place = somewhere();
    const { body: made } = await create(book({ currency: 'JPY', prices: cpuAt('100') }));
    await app.database.query(
      `insert into billing_account (organization_id, time_zone, book_id) values ($1, 'UTC', $2)`,
      [...[place.organizationId, made['id']]],
    );
    const entries = [{ ...web, cpuMillicores: 1_000 }];
    await app.tell(changed(place, { version: 1, at: 0, entries }));
    await app.call(`${books}/${String(made['id'])}/versions`, administrator, {
      validFrom: later(3_600),
      prices: cpuAt('300'),
    });
    const start = app.clock.held;
    app.clock.held = new Date(start.getTime() + 7_200_000);
    await app.identity.heartbeat(app.clock.held);
    const token = await app.viewer(place.organizationId);
    const { body } = await app.call(
      `/v1/costs?organization=${place.organizationId}&from=${start.toISOString()}&to=${later(0)}`,
      token,
    );
    expect(body).toMatchObject({ currency: 'JPY', total: '400', rounding: { totalDecimals: 0 } });
    const estimate = {
      organization: place.organizationId,
      before: [],
      after: [{ instances: 1, cpuMillicores: 1_000, memoryMib: 1 }],
    };
    const answer = await app.call('/v1/costs/estimate', token, estimate);
    expect(answer.body).toMatchObject({ currency: 'JPY', difference: String(730 * 300) });
    expect((await app.call('/v1/costs/estimate', await app.viewer(randomUUID()), estimate)).status).toBe(404);
  });
});
