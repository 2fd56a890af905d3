import { describe, expect, it } from '@jest/globals';
import {
  createAgreement,
  createCoupon,
  createWaiver,
  createWebhook,
  grantCredit,
  redeemCoupon,
  reopenPeriod,
  voidInvoice,
  payInvoice,
  webhookEvent,
} from '../src/metering.js';
import { at, describeBody, having, long, uuid, wrongIn } from './support/body.js';

const named = { code: 'WELCOME', name: 'Welcome' };
const ofMoney = { ...named, currency: 'EUR', amount: '10' };
const ofPercent = { ...named, percent: '20' };

describe('a coupon', () => {
  it('is of an amount or of a percentage, and of one of them', () => {
    expect(wrongIn(createCoupon, ofMoney)).toEqual([]);
    expect(wrongIn(createCoupon, ofPercent)).toEqual([]);
    expect(wrongIn(createCoupon, named)).toEqual(['/amount']);
    expect(wrongIn(createCoupon, { ...ofMoney, percent: '20' })).toEqual(['/amount']);
  });

  it.each([
    ['a currency without an amount', ofPercent, '/currency', 'EUR', '/currency'],
    ['an amount without a currency', ofMoney, '/currency', null, '/currency'],
    ['a currency that there is not', ofMoney, '/currency', 'euro', '/currency'],
    ['months of a credit', ofMoney, '/months', 3, '/months'],
    ['lines that a credit is on', ofMoney, '/on', ['cpu'], '/on'],
    ['days of a discount', ofPercent, '/creditDays', 30, '/creditDays'],
    ['no months', ofPercent, '/months', 0, '/months'],
    ['more than a hundred years', ofPercent, '/months', 1_201, '/months'],
    ['no lines', ofPercent, '/on', [], '/on'],
    ['a line that none can be called', ofPercent, '/on', ['CPU'], '/on/0'],
    ['nothing', ofMoney, '/amount', '0', '/amount'],
    ['less than nothing', ofMoney, '/amount', '-10', '/amount'],
    ['more than everything', ofPercent, '/percent', '101', '/percent'],
  ])('never has %s', (_what, valid, place, value, pointer) =>
    expect(wrongIn(createCoupon, having(valid, place, value))).toEqual([pointer]),
  );

  it.each([
    [ofPercent, '/months', 1_200],
    [ofPercent, '/months', null],
    [ofPercent, '/on', ['cpu', 'support']],
    [ofPercent, '/percent', '100'],
    [ofMoney, '/creditDays', 1],
    [ofMoney, '/endsAt', at],
  ])('%j may have at %s %j', (valid, place, value) =>
    expect(wrongIn(createCoupon, having(valid, place, value))).toEqual([]),
  );
});

describeBody({
  name: 'redeeming a coupon',
  schema: redeemCoupon,
  valid: { organization: uuid, code: 'WELCOME' },
  takes: [['/code', long(40)]],
  refuses: [
    ['/code', long(41)],
    ['/code', undefined],
    ['/organization', 'acme'],
  ],
});

describeBody({
  name: 'a credit',
  schema: grantCredit,
  valid: { organizationId: uuid, name: 'Welcome', amount: '10' },
  refuses: [
    ['/amount', '0'],
    ['/amount', 10],
    ['/name', ''],
    ['/name', long(101)],
    ['/name', 'a\0'],
    ['/expiresAt', 'never'],
  ],
});

const rate = { metric: 'cpu', unit: 'hour', price: '0.01' };
describeBody({
  name: 'an agreement',
  schema: createAgreement,
  valid: { organizationId: uuid, validFrom: at, priceBookId: uuid },
  takes: [
    ['/terms', {}],
    ['/terms', { without: ['support'] }],
    ['/terms', { minimum: '100' }],
  ],
  refuses: [
    ['/validFrom', '2026-12-01'],
    ['/priceBookId', 'default'],
    ['/terms', { without: ['Support'] }, '/terms/without/0'],
    ['/terms', { without: Array.from({ length: 101 }, (_, index) => `fee-${index}`) }, '/terms/without'],
    ['/terms', { minimum: '-1' }, '/terms/minimum'],
    ['/terms', { minimum: '0' }, '/terms/minimum'],
    ['/terms', { rates: Array.from({ length: 51 }, () => rate) }, '/terms/rates'],
    ['/terms', { currency: 'EUR' }],
  ],
});

describe.each([
  ['a void invoice', voidInvoice, {}],
  ['a payment by another way', payInvoice, {}],
  ['a period that is opened again', reopenPeriod, { month: '2026-11' }],
  ['usage that is not charged', createWaiver, { month: '2026-11', metric: 'cpu' }],
] as const)('%s', (_name, schema, valid) => {
  const withReason = (reason: unknown) => wrongIn(schema, { ...valid, reason }).filter((each) => each === '/reason');

  it('has a reason that says something', () => {
    for (const reason of ['abc', long(500), '  why  ', 'größe'])
      expect([reason, withReason(reason)]).toEqual([reason, []]);
    for (const reason of [undefined, null, '', 'ab', ' ab\n', long(501), 'abc\0', 'abc\udc00'])
      expect([reason, withReason(reason)]).toEqual([reason, ['/reason']]);
  });
});

it.each(['2026-13', '2026-00', '26-11', '2026-11-01', 'now'])('%s is no month that can be opened again', (month) =>
  expect(wrongIn(reopenPeriod, { month, reason: 'a mistake' })).toEqual(['/month']),
);

describeBody({
  name: 'a webhook',
  schema: createWebhook,
  valid: { organizationId: uuid, url: 'https://hooks.example/berth', events: ['berth.invoice.issued.v1'] },
  takes: [['/events', webhookEvent.options]],
  refuses: [
    ['/url', 'hooks.example'],
    ['/url', 'file:///etc/passwd'],
    ['/url', 'javascript:alert(1)'],
    ['/url', `https://hooks.example/${long(2_000)}`],
    ['/events', []],
    ['/events', ['berth.user.registered.v1'], '/events/0'],
    ['/events', [...webhookEvent.options, 'berth.invoice.paid.v1']],
  ],
});
