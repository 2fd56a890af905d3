import { readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { canonicalText, sha256Of } from '@berth/billing';
import { priceList } from '@berth/contracts/metering';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { book, events, issued, version } from './issued-invoice.js';
import { idOf, page, Platform } from './platform.js';
import { Terminal } from './terminal.js';

const document = issued();
const summary = {
  ...{
    id: idOf(81),
    organizationId: idOf(1),
    number: 'BERTH-000007',
    month: '2026-11',
    status: 'issued',
    currency: 'EUR',
  },
  ...{ due: '13.64', issuedAt: '2026-12-04T00:00:00.000Z', paidAt: null, voidedAt: null, creditNote: null },
};

let platform: Platform;
let terminal: Terminal;
beforeAll(async () => {
  platform = await Platform.start();
  terminal = await Terminal.open(platform.url);
});
beforeEach(() => {
  platform.on('GET /v1/invoices', ({ query }, response) => {
    const wanted = query.get('number');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page(...(wanted === null || wanted === summary.number ? [summary] : []))));
  });
  platform.on(`GET /v1/invoices/${summary.id}`, { ...summary, document, sha256: sha256Of(document) });
  platform.on('GET /v1/invoices/preview', { ...(JSON.parse(document) as object), number: null, issuedAt: null });
  platform.on(`GET /v1/price-books/${book.id}/versions`, page(version));
  platform.on(`GET /v1/billing-accounts/${idOf(1)}/agreements`, page());
  platform.onEach(
    `GET /v1/invoices/${summary.id}/events`,
    { items: events.slice(0, 1), next: 'more' },
    { items: events.slice(1), next: null },
  );
});
afterAll(async () => {
  await platform.stop();
  await terminal.close();
});

describe('berth invoices', () => {
  it('lists what was issued', async () => {
    const { stdout } = await terminal.berth(['invoices', 'list']);
    expect(stdout).toMatch(/BERTH-000007 +2026-11 +13\.64 EUR +issued +2026-12-04 00:00:00\n/);
  });

  it('shows one in full, and the open month when none is named', async () => {
    const { stdout } = await terminal.berth(['invoices', 'show', 'BERTH-000007']);
    expect(stdout).toMatch(/CPU +v1 +187200000000 \/ core-hour .* 1\.46\n/);
    expect(stdout).toMatch(/Support +v1 +- .* 10\.00\n/);
    expect(stdout).toMatch(/Due: +13\.64 EUR\n/);
    const open = await terminal.berth(['invoices', 'show']);
    expect(open.stdout).toMatch(/Invoice: +none yet\nStatus: +open\n/);
  });

  it('become void with a reason, and are saved with what takes them back', async () => {
    const voided = { ...summary, status: 'void', creditNote: 'BERTH-000008', document, sha256: sha256Of(document) };
    platform.on(`POST /v1/admin/metering/invoices/${summary.id}/void`, voided);
    platform.on(`GET /v1/invoices/${summary.id}`, voided);
    const ran = await terminal.berth(['invoices', 'void', 'BERTH-000007', '--reason', 'wrong customer']);
    expect(ran.stdout).toBe('BERTH-000007 is void. Credit note: BERTH-000008\n');
    expect(platform.bodies(`POST /v1/admin/metering/invoices/${summary.id}/void`)).toEqual([
      { reason: 'wrong customer' },
    ]);
    expect((await terminal.berth(['invoices', 'show', 'BERTH-000007'])).stdout).toContain(
      'void, taken back by BERTH-000008',
    );
    expect(await terminal.berth(['invoices', 'void', 'BERTH-000007'])).toMatchObject({ code: 2 });
  });

  it('are paid where the provider says, and by hand for a reason', async () => {
    const payment = {
      ...{ id: idOf(86), invoiceId: summary.id, number: 'BERTH-000007', organizationId: idOf(1), attempt: 1 },
      ...{ provider: 'stripe', amount: '13.64', currency: 'EUR', state: 'pending', reference: 'cs_1', failure: null },
      ...{ payAt: 'https://pay.example/cs_1', isSurplus: false, askedAt: '2026-12-04T00:00:00.000Z', endedAt: null },
      nextLookAt: null,
    };
    platform.on('POST /v1/payments', payment);
    const pay = async () => (await terminal.berth(['invoices', 'pay', 'BERTH-000007'])).stdout;
    expect(await pay()).toBe('13.64 EUR for BERTH-000007: https://pay.example/cs_1\n');
    expect(platform.bodies('POST /v1/payments')).toEqual([{ invoiceId: summary.id }]);
    platform.on('POST /v1/payments', { ...payment, state: 'asked', payAt: null });
    expect(await pay()).toContain('the provider is being asked. See: berth payments');
    const failed = { ...payment, state: 'failed', payAt: null, failure: 'Nobody paid in time.' };
    platform.on('GET /v1/payments', page(payment, failed, { ...payment, state: 'paid', isSurplus: true }));
    const { stdout } = await terminal.berth(['payments']);
    expect(stdout).toMatch(/BERTH-000007 +13\.64 EUR +pending +2026-12-04 00:00:00 +- +https:\/\/pay\.example\/cs_1\n/);
    expect(stdout).toMatch(/failed .* Nobody paid in time\.\n.* paid .* to be paid back\n/);
    const byHand = `POST /v1/admin/metering/invoices/${summary.id}/payments`;
    platform.on(byHand, { ...summary, status: 'paid', document, sha256: sha256Of(document) });
    const marked = await terminal.berth(['invoices', 'mark-paid', 'BERTH-000007', '--reason', 'in cash']);
    expect(marked.stdout).toBe('BERTH-000007 is paid.\n');
    expect(platform.bodies(byHand)).toEqual([{ reason: 'in cash' }]);
    expect(await terminal.berth(['invoices', 'mark-paid', 'BERTH-000007'])).toMatchObject({ code: 2 });
  });

  it('that are not there exit with 4', async () => {
    const ran = await terminal.berth(['invoices', 'show', 'BERTH-000008']);
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('There is no invoice BERTH-000008.') });
  });
});

describe('an exported invoice', () => {
  const exported = async () => (await terminal.berth(['invoices', 'export', 'BERTH-000007'])).stdout;
  const verify = async (text: string, ...options: string[]) => {
    await writeFile(join(terminal.folder, 'invoice.json'), text);
    const before = platform.received.length;
    const ran = await terminal.berth(['invoices', 'verify', 'invoice.json', ...options]);
    expect(platform.received).toHaveLength(before);
    return ran;
  };

  it('is verified without a server', async () => {
    const text = await exported();
    expect(await verify(text)).toEqual({
      code: 0,
      stdout: 'BERTH-000007 is right to the byte: 13.64 EUR from 2 events and 1 spans.\n',
      stderr: '',
    });
    expect(JSON.parse((await verify(text, '--json')).stdout)).toMatchObject({
      isRight: true,
      due: '13.64',
    });
  });

  it.each<[string, RegExp, string, RegExp]>([
    ['an event is moved by a millisecond', /2026-11-03T02:00:00\.000Z/g, '2026-11-03T02:00:00.001Z', /Line \d+ says/],
    ['an amount is another', /1\.46/g, '1.47', /Line \d+ says/],
    ['an event says more instances', /"instances": 2/, '"instances": 3', /Line \d+ says/],
    ['a price is another', /"0\.028"/g, '"0.029"', /is not what was charged/],
    ['a version is missing', /"version": 1,\n +"validFrom"/, '"version": 2,\n"validFrom"', /is not in the file/],
  ])('is refused when %s', async (_name, pattern, replacement, reason) => {
    const text = await exported();
    expect(text).toMatch(pattern);
    const ran = await verify(text.replaceAll(new RegExp(pattern, 'g'), replacement));
    expect(ran).toMatchObject({ code: 6, stdout: '', stderr: expect.stringMatching(reason) });
  });

  it('of a newer platform is not called wrong: it exits with 10 and says which berth to take', async () => {
    const file = JSON.parse(await exported()) as { document: string };
    const told = { ...(JSON.parse(file.document) as object), codeVersion: '999', lines: 'of another shape' };
    const text = JSON.stringify({ ...file, document: canonicalText(told) });
    const refused = {
      code: 10,
      stdout: '',
      stderr: expect.stringMatching(/BERTH-000007 was written by a newer Berth/),
    };
    expect(await verify(text)).toMatchObject(refused);
    const simulated = await terminal.berth(['price-books', 'simulate', 'default', 'invoice.json']);
    expect(simulated).toMatchObject({ ...refused, stderr: expect.stringContaining('or a later one') });
  });

  it('by the rules of before is verified, and by rules that never were is refused', async () => {
    const text = await exported();
    const by = (version: string) =>
      text.replace(/\\"codeVersion\\": \\"[0-9]+\\"/, `\\"codeVersion\\": \\"${version}\\"`);
    expect(by('1')).not.toBe(text);
    expect(await verify(by('1'))).toMatchObject({ code: 0, stderr: '' });
    expect(await verify(by('none'))).toMatchObject({ code: 6, stderr: expect.stringContaining('No rules are called') });
  });

  it.each([
    ['no JSON', 'hello'],
    ['something else', '{}'],
  ])('that is %s is wrong usage, and so is no file', async (_name, text) => {
    expect(await verify(text)).toMatchObject({ code: 2, stderr: expect.stringContaining('no exported invoice') });
    expect(await terminal.berth(['invoices', 'verify', 'nowhere.json'])).toMatchObject({ code: 2 });
  });
});

describe('berth price-books', () => {
  it('says what everything costs', async () => {
    const graduated = {
      ...{ id: 'memory', name: 'Memory', metric: 'memory', free: { quantity: '10', of: 'app' } },
      pricing: {
        kind: 'graduated',
        tiers: [
          { upTo: '100', price: '0.01' },
          { upTo: null, price: '0.005' },
        ],
      },
    };
    const rates = [...version.prices.rates, graduated];
    platform.on(
      'GET /v1/price-books',
      page({ ...book, current: { ...version, prices: { ...version.prices, rates } } }),
    );
    const { stdout } = await terminal.berth(['price-books']);
    expect(stdout).toMatch(/default +v1 .* EUR +CPU +0\.028 per core-hour\n/);
    expect(stdout).toMatch(/Memory +graduated: 0\.01 per GiB-hour up to 100; then 0\.005, 10 free per app\n/);
    expect(stdout).toMatch(/Support +10 per month\n/);
  });
});

describe('berth price-books with files', () => {
  const write = (name: string, content: unknown) =>
    writeFile(join(terminal.folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const dearer = { rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.1' } }] };
  const listed = (over: object = {}) =>
    platform.on('GET /v1/price-books', page({ ...book, current: version, ...over }));
  const route = `POST /v1/admin/metering/price-books/${book.id}`;

  it('shows every version, those to come, too', async () => {
    listed();
    const later = {
      ...{ version: 2, validFrom: '2026-12-01T00:00:00.000Z', validTo: null },
      prices: priceList.parse({ ...dearer, minimum: '5', discounts: [{ id: 'ten', name: 'Ten', percent: '10' }] }),
    };
    const first = { ...version, validTo: later.validFrom };
    platform.on(`GET /v1/price-books/${book.id}/versions`, page(first, later));
    const { stdout } = await terminal.berth(['price-books', 'show', 'default']);
    expect(stdout).toMatch(/^default: EUR, half-even\n/);
    expect(stdout).toMatch(/v1 +- +2026-12-01 00:00:00 +CPU +0\.028 per core-hour\n/);
    expect(stdout).toMatch(/v2 +2026-12-01 00:00:00 +- +CPU +0\.1 per core-hour\n/);
    expect(stdout).toMatch(/Ten +10 % off everything\n.*Minimum +5 per month\n/);
    platform.on(`GET /v1/price-books/${book.id}/versions`, page(version));
    expect(await terminal.berth(['price-books', 'show', 'other'])).toMatchObject({ code: 4 });
  });

  it('says of prices whether they can be taken, without a server, and each problem with its place', async () => {
    await write('good.json', dearer);
    const before = platform.received.length;
    const good = await terminal.berth(['price-books', 'validate', 'good.json']);
    expect(good).toMatchObject({ code: 0, stdout: '"good.json" can be taken: 1 rates, 0 fees, 0 discounts.\n' });
    await write('bad.json', { rates: [{ ...dearer.rates[0], pricing: { kind: 'per-unit', price: '1,5' } }], fee: [] });
    const bad = await terminal.berth(['price-books', 'validate', 'bad.json']);
    expect(bad).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining('/rates/0/pricing/price must be'),
    });
    await write('twice.json', { rates: [dearer.rates[0], dearer.rates[0]] });
    expect(await terminal.berth(['price-books', 'validate', 'twice.json'])).toMatchObject({ code: 6 });
    await write('text.json', 'hello');
    for (const name of ['text.json', 'nowhere.json'])
      expect(await terminal.berth(['price-books', 'validate', name])).toMatchObject({ code: 2 });
    expect(platform.received).toHaveLength(before);
  });

  it('activates prices at a moment and for a reason, and says what they change; a dry run changes nothing', async () => {
    listed();
    await write('new.json', dearer);
    const [before] = version.prices.rates;
    const items = [{ kind: 'rate', id: 'cpu', before, after: dearer.rates[0] }];
    platform.on(`${route}/differences`, { currency: 'EUR', from: 1, items });
    platform.on(`${route}/versions`, {
      version: 2,
      validFrom: '2026-12-01T00:00:00.000Z',
      validTo: null,
      prices: dearer,
    });
    const by = ['price-books', 'activate', 'default', 'new.json', '--reason', 'dearer power'];
    const dry = await terminal.berth([...by, '--from', '2026-12-01', '--dry-run']);
    expect(dry.stdout).toMatch(/rate +cpu +0\.028 per core-hour +0\.1 per core-hour\n\nNothing was changed\.\n$/);
    expect(platform.bodies(`${route}/versions`)).toEqual([]);
    const ran = await terminal.berth([...by, '--from', '2026-12-01T01:00:00+01:00']);
    expect(ran.stdout).toContain('v2 of default holds from 2026-12-01 00:00:00 (UTC) on.\n');
    const prices = priceList.parse(dearer);
    const sent = { validFrom: '2026-12-01T00:00:00.000Z', prices, reason: 'dearer power' };
    expect(platform.bodies(`${route}/versions`)).toEqual([sent]);
    for (const from of ['tomorrow', '2026-13-01', '2026-12-01T00:00:00'])
      expect(await terminal.berth([...by, '--from', from])).toMatchObject({ code: 2 });
    expect(
      await terminal.berth(['price-books', 'activate', 'default', 'new.json', '--from', '2026-12-01']),
    ).toMatchObject({
      code: 2,
    });
  });

  it('simulates a month that never was, by prices that are no version yet, beside one that was', async () => {
    listed();
    await write('new.json', dearer);
    const plan = { month: '2026-11', apps: [{ name: 'shop', cpuMillicores: 500, memoryMib: 512, instances: 2 }] };
    await write('plan.json', plan);
    const by = ['price-books', 'simulate', 'default'];
    const alone = await terminal.berth([...by, '--synthetic', 'plan.json']);
    // 720 core-hours x 0.028 = 20.16; 10.00
    expect(alone.stdout).toMatch(/CPU +usage +20\.16 EUR\nSupport +fee +10\.00 EUR\n/);
    expect(alone.stdout).toContain('2026-11: 30.16 EUR by default v1 for a synthetic month.\n');
    const drafted = await terminal.berth([...by, '--synthetic', 'plan.json', '--prices', 'new.json', '--json']);
    expect(JSON.parse(drafted.stdout)).toMatchObject({
      ...{ version: null, synthetic: { net: '72.00', month: '2026-11', unpriced: ['memory'] } },
    });
    expect(alone.stdout).toContain('Without a price, and not in it: memory.\n');
    await write('month.json', (await terminal.berth(['invoices', 'export', 'BERTH-000007'])).stdout);
    const both = await terminal.berth([...by, 'month.json', '--synthetic', 'plan.json']);
    expect(both.stdout).toMatch(
      /11\.46 EUR by default v1; it was 11\.46 EUR\.\n[^]*\n\n[^]*30\.16 EUR by default v1 for a synthetic/,
    );
    expect(await terminal.berth(by)).toMatchObject({ code: 2 });
    await write('plan.json', { ...plan, month: 'May' });
    const wrong = await terminal.berth([...by, '--synthetic', 'plan.json']);
    expect(wrong).toMatchObject({ code: 6, stderr: expect.stringContaining('/month must be a month') });
  });
});

describe('berth price-books diff', () => {
  it('says what a version changes, and refuses what is no version', async () => {
    const [cpu] = version.prices.rates;
    const dearer = { ...cpu!, pricing: { kind: 'per-unit', price: '0.03' } };
    const discount = { id: 'partner', name: 'Partner', percent: '10', on: ['cpu'] };
    platform.on('GET /v1/price-books', page({ ...book, current: version }));
    platform.on(`GET /v1/price-books/${book.id}/differences`, {
      ...{ currency: 'EUR', from: 1 },
      items: [
        { kind: 'rate', id: 'cpu', before: cpu, after: dearer },
        { kind: 'fee', id: 'support', before: version.prices.fees[0], after: null },
        { kind: 'discount', id: 'partner', before: null, after: discount },
        { kind: 'minimum', id: 'minimum', before: null, after: '5' },
      ],
    });
    const { stdout } = await terminal.berth(['price-books', 'diff', 'default', '1', 'v2']);
    expect(stdout).toMatch(/rate +cpu +0\.028 per core-hour +0\.03 per core-hour\n/);
    expect(stdout).toMatch(/fee +support +10 per month +-\n/);
    expect(stdout).toMatch(/discount +partner +- +10 % off cpu\n/);
    expect(stdout).toMatch(/minimum +minimum +- +5\n/);
    expect(await terminal.berth(['price-books', 'diff', 'default', '1', 'new'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['price-books', 'diff', 'other', '1', '2'])).toMatchObject({ code: 4 });
  });
});

describe('an invoice as a file', () => {
  const send = (type: string, bytes: Buffer) => (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type });
    response.end(bytes);
  };
  /** No text in any encoding. */
  const pdf = Buffer.from([0x25, 0x50, 0x44, 0x46, 0x00, 0xff, 0xfe, 0x80]);

  it('is written byte for byte, under its number unless told otherwise', async () => {
    platform.on(`GET /v1/invoices/${summary.id}/pdf`, send('application/pdf', pdf));
    platform.on(`GET /v1/invoices/${summary.id}/csv`, send('text/csv', Buffer.from('a,b\r\n')));
    platform.on(`GET /v1/invoices/${summary.id}/focus`, send('text/csv', Buffer.from('BilledCost\r\n')));
    const ran = await terminal.berth(['invoices', 'pdf', 'BERTH-000007']);
    expect(ran).toMatchObject({ code: 0, stdout: 'BERTH-000007 is in BERTH-000007.pdf.\n' });
    expect((await readFile(join(terminal.folder, 'BERTH-000007.pdf'))).equals(pdf)).toBe(true);
    await terminal.berth(['invoices', 'csv', 'BERTH-000007', '--output', 'table.csv']);
    expect(await readFile(join(terminal.folder, 'table.csv'), 'utf8')).toBe('a,b\r\n');
    await terminal.berth(['invoices', 'csv', 'BERTH-000007', '--columns', 'focus']);
    expect(await readFile(join(terminal.folder, 'BERTH-000007.csv'), 'utf8')).toBe('BilledCost\r\n');
  });

  it('that cannot be written, or is no invoice, says so', async () => {
    platform.on(`GET /v1/invoices/${summary.id}/pdf`, send('application/pdf', pdf));
    const ran = await terminal.berth(['invoices', 'pdf', 'BERTH-000007', '--output', 'no/such/folder/x.pdf']);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('ENOENT') });
    expect(await terminal.berth(['invoices', 'pdf', 'BERTH-000008'])).toMatchObject({ code: 4 });
  });
});

describe('berth costs compare', () => {
  it('says what made the difference, the biggest first', async () => {
    platform.on('GET /v1/costs/comparison', {
      ...{ currency: 'EUR', month: '2026-11', with: '2026-10', before: '3.50', after: '7.35', difference: '3.85' },
      causes: [
        { cause: 'instances', appId: idOf(30), metric: 'cpu', amount: '4.20' },
        { cause: 'discount', appId: null, metric: null, amount: '-0.35' },
      ],
    });
    const { stdout } = await terminal.berth(['costs', 'compare', '2026-11', '2026-10']);
    expect(stdout).toMatch(/2026-10: 3\.50 EUR, 2026-11: 7\.35 EUR \(\+3\.85\)\n/);
    expect(stdout).toMatch(/\+4\.20 +shop\/hello +cpu +more or fewer instances\n-0\.35 +- +- +discounts\n/);
    expect(await terminal.berth(['costs', 'compare', '2026-11', 'October'])).toMatchObject({ code: 2 });
  });
});

describe('berth price-books simulate', () => {
  it('prices the usage of an exported month by another book', async () => {
    const { stdout } = await terminal.berth(['invoices', 'export', 'BERTH-000007']);
    await writeFile(join(terminal.folder, 'month.json'), stdout);
    const dearer = {
      ...version.prices,
      rates: [{ ...version.prices.rates[0], pricing: { kind: 'per-unit', price: '0.1' } }],
    };
    platform.on(
      'GET /v1/price-books',
      page({ ...book, name: 'next', current: { ...version, version: 4, prices: dearer } }),
    );
    const ran = await terminal.berth(['price-books', 'simulate', 'next', 'month.json']);
    // 52 x 0.1 = 5.20; 10.00
    expect(ran.stdout).toMatch(/CPU +usage +5\.20 EUR\nSupport +fee +10\.00 EUR\n/);
    expect(ran.stdout).toContain('2026-11: 15.20 EUR by next v4; it was 11.46 EUR.');
    const json = await terminal.berth(['price-books', 'simulate', 'next', 'month.json', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      net: '15.20',
      invoiced: '11.46',
      lines: [{ id: 'cpu' }, { id: 'support' }],
    });
    expect(await terminal.berth(['price-books', 'simulate', 'other', 'month.json'])).toMatchObject({ code: 4 });
    expect(await terminal.berth(['price-books', 'simulate', 'next', 'nowhere.json'])).toMatchObject({ code: 2 });
  });
});
