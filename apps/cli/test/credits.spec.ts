import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { idOf, page, Platform } from './platform.js';
import { Terminal } from './terminal.js';

let platform: Platform;
let terminal: Terminal;
beforeAll(async () => {
  platform = await Platform.start();
  terminal = await Terminal.open(platform.url);
});
afterAll(async () => {
  await platform.stop();
  await terminal.close();
});

describe('berth credits', () => {
  const credit = {
    ...{ id: idOf(85), organizationId: idOf(1), name: 'Launch', currency: 'EUR', amount: '25.00', left: '12.50' },
    ...{ expiresAt: '2026-12-31T00:00:00.000Z', coupon: 'LAUNCH', createdAt: '2026-11-01T00:00:00.000Z' },
    revokedAt: null,
  };

  it('lists what is left, and redeems a coupon', async () => {
    platform.on('GET /v1/credits', page(credit, { ...credit, revokedAt: credit.createdAt }));
    const { stdout } = await terminal.berth(['credits']);
    expect(stdout).toMatch(/Launch +25\.00 EUR +12\.50 EUR +2026-12-31 00:00:00 +LAUNCH +2026-11-01 00:00:00\n/);
    expect(stdout).toMatch(/Launch +25\.00 EUR +revoked +/);
    platform.on('POST /v1/credits/redemptions', { ...credit, left: '25.00' });
    const redeemed = await terminal.berth(['credits', 'redeem', 'LAUNCH']);
    expect(redeemed.stdout).toBe('Launch: 25.00 EUR less to pay until 2026-12-31 00:00:00 (UTC).\n');
    expect(JSON.parse(platform.received.at(-1)!.body.toString())).toEqual({ organization: idOf(1), code: 'LAUNCH' });
  });
});

describe('berth credits of a percentage', () => {
  const discount = {
    ...{ id: idOf(86), organizationId: idOf(1), name: 'Spring', percent: '25', on: null, coupon: 'SPRING' },
    ...{ firstMonth: '2026-11', lastMonth: '2027-01', createdAt: '2026-11-02T00:00:00.000Z', revokedAt: null },
  };

  it('tells what a redeemed coupon is off, and for which months', async () => {
    platform.on('POST /v1/credits/redemptions', discount);
    expect((await terminal.berth(['credits', 'redeem', 'SPRING'])).stdout).toBe(
      'Spring: 25 % off everything from 2026-11 to 2027-01.\n',
    );
    platform.on('POST /v1/credits/redemptions', { ...discount, on: ['cpu', 'memory'], lastMonth: null });
    expect((await terminal.berth(['credits', 'redeem', 'SPRING'])).stdout).toBe(
      'Spring: 25 % off cpu, memory from 2026-11 on.\n',
    );
  });

  it('lists discounts, and those that are revoked as such', async () => {
    platform.on('GET /v1/credits/discounts', page(discount, { ...discount, revokedAt: discount.createdAt }));
    const { stdout } = await terminal.berth(['credits', 'discounts']);
    expect(stdout).toMatch(/Spring +25 +everything +from 2026-11 to 2027-01 +SPRING +2026-11-02 00:00:00\n/);
    expect(stdout).toMatch(/Spring +25 +everything +revoked +SPRING/);
    const { stdout: json } = await terminal.berth(['credits', 'discounts', '--json']);
    expect(JSON.parse(json)).toHaveLength(2);
  });
});

describe('berth coupons', () => {
  const coupon = {
    ...{ code: 'SPRING', name: 'Spring', currency: null, amount: null, percent: '20', months: 3, on: ['cpu'] },
    ...{ creditDays: null, limit: 10, redeemed: 4, endsAt: null, createdAt: '2026-11-02T00:00:00.000Z' },
  };
  const launch = {
    ...{
      ...coupon,
      code: 'LAUNCH',
      percent: null,
      on: null,
      months: null,
      currency: 'EUR',
      amount: '25.00',
      limit: null,
    },
    endsAt: '2026-12-31T00:00:00.000Z',
  };

  it('list says what each is worth and how often it was redeemed', async () => {
    platform.on('GET /v1/admin/metering/coupons', page(coupon, launch, { ...coupon, on: null, months: null }));
    const { stdout } = await terminal.berth(['coupons', 'list']);
    expect(stdout).toMatch(/SPRING +Spring +20 % off cpu for 3 months +4 of 10 +- +2026-11-02 00:00:00\n/);
    expect(stdout).toMatch(/LAUNCH +Spring +25\.00 EUR +4 of any number +2026-12-31 00:00:00 /);
    expect(stdout).toContain('20 % off everything for ever');
  });

  it('create makes one of an amount or of a percentage, with no more than was said', async () => {
    platform.on('POST /v1/admin/metering/coupons', coupon);
    const made = await terminal.berth([
      'coupons',
      'create',
      'SPRING',
      '--percent',
      '20',
      '--months',
      '3',
      '--on',
      'cpu',
      '--limit',
      '10',
    ]);
    expect(made.stdout).toContain('SPRING: 20 % off cpu for 3 months.');
    await terminal.berth([
      'coupons',
      'create',
      'LAUNCH',
      '--name',
      'Launch',
      '--amount',
      '25.00',
      '--currency',
      'EUR',
      '--credit-days',
      '90',
      '--until',
      '2026-12-31T01:00+01:00',
    ]);
    expect(platform.bodies('POST /v1/admin/metering/coupons')).toEqual([
      { code: 'SPRING', name: 'SPRING', percent: '20', months: 3, on: ['cpu'], limit: 10 },
      {
        ...{ code: 'LAUNCH', name: 'Launch', amount: '25.00', currency: 'EUR', creditDays: 90 },
        endsAt: '2026-12-31T00:00:00.000Z',
      },
    ]);
    for (const bad of [
      ['--until', 'someday'],
      ['--months', 'many'],
    ])
      expect(await terminal.berth(['coupons', 'create', 'SPRING', '--percent', '20', ...bad])).toMatchObject({
        code: 2,
      });
  });

  it('of a discount are ended by its id', async () => {
    const path = `POST /v1/admin/metering/discounts/${idOf(86)}/revoke`;
    platform.on(path, { id: idOf(86), name: 'Spring', percent: '25', on: null });
    const { stdout } = await terminal.berth(['credits', 'revoke-discount', idOf(86)]);
    expect(stdout).toBe('Spring: 25 % off everything is no more.\n');
    expect(platform.to(path)).toHaveLength(1);
  });
});
