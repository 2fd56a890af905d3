import { describe, expect, it } from '@jest/globals';
import {
  createBudget,
  createCoupon,
  createTaxRule,
  estimateCosts,
  grantCredit,
  updateBillingAccount,
  updateBudget,
  updateIssuer,
  usageQuery,
  usageSeriesQuery,
} from '../src/metering.js';
import { at, describeBody, having, long, uuid, wrongIn } from './support/body.js';

const later = '2026-12-01T00:00:00.000Z';

describeBody({
  name: 'a budget',
  schema: createBudget,
  valid: { organizationId: uuid, name: 'All', amount: '250.00' },
  takes: [
    ['/name', long(100, '€')],
    ['/thresholds', []],
    ['/thresholds', Array.from({ length: 20 }, (_, index) => index + 1)],
    ['/graceMinutes', 44_640],
    ['/projectId', uuid],
  ],
  refuses: [
    ['/name', ''],
    ['/name', long(101)],
    ['/name', 'a\0'],
    ['/amount', '0.00'],
    ['/amount', 250],
    ['/thresholds', [50, 50]],
    ['/thresholds', Array.from({ length: 21 }, (_, index) => index + 1)],
    ['/thresholds', [0], '/thresholds/0'],
    ['/thresholds', [1_001], '/thresholds/0'],
    ['/graceMinutes', 0],
    ['/graceMinutes', 44_641],
    ['/environmentId', uuid, '/projectId'],
  ],
});

it('a change of a budget fills in nothing that it does not name', () => {
  expect(updateBudget.parse({ amount: '1' })).toEqual({ amount: '1' });
});

describeBody({
  name: 'a credit',
  schema: grantCredit,
  valid: { organizationId: uuid, name: 'Welcome', amount: '10' },
  takes: [['/expiresAt', at]],
  refuses: [
    ['/amount', '-10'],
    ['/expiresAt', '2026-11-21T10:00:00+01:00'],
  ],
});

describeBody({
  name: 'a coupon',
  schema: createCoupon,
  valid: { code: 'WELCOME', name: 'Welcome', currency: 'EUR', amount: '10' },
  takes: [
    ['/code', 'A-12'],
    ['/code', long(40, 'A')],
    ['/limit', 1_000_000_000],
    ['/creditDays', 36_500],
  ],
  refuses: [
    ['/code', 'ABC'],
    ['/code', 'welcome'],
    ['/code', '-ABCD'],
    ['/code', long(41, 'A')],
    ['/limit', 0],
    ['/limit', 1_000_000_001],
    ['/creditDays', 36_501],
  ],
});

describeBody({
  name: 'a rule of taxes',
  schema: createTaxRule,
  valid: { issuer: 'BERTH', country: 'DE', validFrom: at, tax: { id: 'vat', name: 'VAT', percent: '19' } },
  takes: [
    ['/tax/percent', null],
    ['/tax/percent', '0'],
    ['/customers', 'with-tax-id'],
  ],
  refuses: [
    ['/country', 'de'],
    ['/country', 'DEU'],
    ['/tax/percent', '19 %'],
    ['/customers', 'some'],
  ],
});

describeBody({
  name: 'a billing account',
  schema: updateBillingAccount,
  valid: {},
  takes: [
    ['/taxId', 'DE 123.456-7'],
    ['/billTo', { name: 'Müller & Söhne', address: Array.from({ length: 6 }, () => long(200)) }],
  ],
  refuses: [
    ['/taxId', 'de123'],
    ['/taxId', `D${long(40, '1')}`],
    ['/billTo', { name: '', address: [] }, '/billTo/name'],
    ['/billTo', { name: 'A', address: Array.from({ length: 7 }, () => 'a') }, '/billTo/address'],
    ['/billTo', { name: 'A', address: [long(201)] }, '/billTo/address/0'],
    ['/issuer', 'berth'],
  ],
});

describeBody({
  name: 'an issuer',
  schema: updateIssuer,
  valid: { profile: { name: 'Berth', address: [], taxId: null, email: 'billing@example.com', payment: [] } },
  takes: [['/profile/email', `${long(64)}@example.com`]],
  refuses: [
    ['/profile/email', `${long(65)}@example.com`],
    ['/profile/email', 'billing@example.com\r\nBcc: x@example.com'],
    ['/daysToPay', 366],
    ['/daysToPay', -1],
  ],
});

describeBody({
  name: 'an estimate',
  schema: estimateCosts,
  valid: { before: [], after: [{ instances: 1, cpuMillicores: 250, memoryMib: 256 }] },
  takes: [['/organization', uuid]],
  refuses: [
    ['/project', uuid, '/organization'],
    ['/environment', uuid, '/organization'],
    ['/after/0/instances', 0],
    ['/before', Array.from({ length: 1_001 }, () => ({ instances: 1, cpuMillicores: 1, memoryMib: 1 }))],
  ],
});

describeBody({
  name: 'a query of usage',
  schema: usageQuery,
  valid: { organization: uuid },
  takes: [
    ['/period', '2026-12'],
    ['/limit', '200'],
    ['/by', 'process'],
    ['/process', 'worker'],
  ],
  refuses: [
    ['/process', 'Worker'],
    ['/period', '0000-01'],
    ['/period', '9999-12'],
    ['/period', '2026-13'],
    ['/period', '2026-1'],
    ['/limit', '201'],
    ['/limit', '0'],
    ['/limit', '1.5'],
    ['/limit', 'all'],
    ['/cursor', long(501)],
    ['/from', at, '/to'],
    ['/to', at],
    ['/by', 'user'],
  ],
  isOpen: true,
});

describe('an interval', () => {
  const query = { organization: uuid, from: at, to: later };

  it.each([
    ['usage', usageQuery],
    ['a series', usageSeriesQuery],
  ] as const)('of %s ends after it begins', (_name, schema) => {
    expect(wrongIn(schema, query)).toEqual([]);
    expect(wrongIn(schema, having(query, '/to', at))).toEqual(['/to']);
    expect(wrongIn(schema, { ...query, from: later, to: at })).toEqual(['/to']);
  });

  it.each([
    ['usage', usageQuery],
    ['a series', usageSeriesQuery],
  ] as const)('of %s is named by a period, or by both of its ends, or not at all', (_name, schema) => {
    expect(wrongIn(schema, { ...query, period: '2026-11' })).toEqual(['/period']);
    expect(wrongIn(schema, { organization: uuid, to: later })).toEqual(['/to']);
    expect(wrongIn(schema, { organization: uuid, from: at })).toEqual(['/to']);
    expect(wrongIn(schema, { organization: uuid })).toEqual([]);
  });
});

describe('a series', () => {
  it('is of a label with its value alone', () => {
    const asked = { organization: uuid, labelKey: 'team' };
    expect(wrongIn(usageSeriesQuery, { ...asked, labelValue: 'shop' })).toEqual([]);
    expect(wrongIn(usageSeriesQuery, asked)).toEqual(['/labelValue']);
    expect(wrongIn(usageSeriesQuery, { organization: uuid, labelValue: 'shop' })).toEqual(['/labelValue']);
  });
});
