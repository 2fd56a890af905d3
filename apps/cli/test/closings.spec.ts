import { describe, expect, it } from '@jest/globals';
import { idOf, page, problem } from './platform.js';
import { openClosing } from './samples.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const organization = idOf(2);
const base = '/v1/admin/metering';
const berth = (...words: string[]) => terminal.berth(words, { variables: { BERTH_TOKEN: 'a-token' } });
const at = '2026-11-21T10:00:00.000Z';

describe('closings', () => {
  withPlatform();

  it.each([
    [idOf(3), `Invoice ${idOf(3)} is issued.`],
    [null, 'There was nothing to bill.'],
  ])('close says what became of the month: %p', async (invoiceId, text) => {
    platform.on(`POST ${base}/closings`, { organizationId: organization, month: '2026-10', invoiceId });
    expect((await berth('closings', 'close', organization)).stdout).toBe(`The month is closed. ${text}\n`);
    expect(platform.bodies(`POST ${base}/closings`)).toEqual([{ organizationId: organization }]);
  });

  it('close says why it cannot be, and nothing else', async () => {
    platform.on(`POST ${base}/closings`, (_, response) => problem(response, 409, 'period_open', 'It is not over.'));
    const { code, stdout, stderr } = await berth('closings', 'close', organization);
    expect({ failed: code !== 0, stdout }).toEqual({ failed: true, stdout: '' });
    expect(stderr).toContain('It is not over.');
  });

  it('show says what speaks against it, and what is used without a price', async () => {
    const waiver = { month: '2026-11', metric: 'egress', reason: 'a gift', waivedBy: idOf(5), waivedAt: at };
    const unpriced = [
      { month: '2026-11', metric: 'egress', version: 2, quantity: '1024', waiver },
      { month: '2026-10', metric: 'storage', version: 1, quantity: '77', waiver: null },
    ];
    const checks = [{ name: 'unpriced_usage', state: 'blocks', detail: 'storage has no price' }];
    const route = `GET ${base}/closings/${organization}`;
    platform.on(route, { ...openClosing, closable: false, checks, unpriced });
    const { stdout } = await berth('closings', 'show', organization);
    expect(stdout).toMatch(/Closable:? +no/);
    expect(stdout).toMatch(/unpriced usage +blocks +storage has no price/);
    expect(stdout).toMatch(new RegExp(`2026-11 +egress \\(v2\\) +1024 +a gift \\(${idOf(5)}\\)`));
    expect(stdout).toMatch(/2026-10 +storage \(v1\) +77/);
    platform.on(route, openClosing);
    const free = (await berth('closings', 'show', organization)).stdout;
    expect(free).toMatch(/Closable:? +yes/);
    expect(free).not.toContain('used without a price');
  });

  it('list names every month that is kept open, over all pages, and by what', async () => {
    const blocked = { organizationId: organization, month: '2026-10', blocked: 'dead letters', lookedAgainAt: at };
    platform.onEach(`GET ${base}/closings`, { items: [blocked], next: 'more' }, page({ ...blocked, month: '2026-09' }));
    const { stdout } = await berth('closings', 'list');
    expect(stdout).toMatch(/2026-10 +dead letters/);
    expect(stdout).toMatch(/2026-09 +dead letters/);
  });

  it.each([
    ['reopen', [], 'reopenings', {}, '2026-11 is open again.'],
    ['waive', ['--metric', 'egress'], 'waivers', { metric: 'egress' }, 'Usage of egress in 2026-11 is not charged.'],
  ] as const)('%s needs a reason, and gives it', async (verb, more, place, body, text) => {
    const route = `POST ${base}/closings/${organization}/${place}`;
    platform.on(route, {});
    expect(await berth('closings', verb, organization, '2026-11', ...more)).toMatchObject({ code: 2 });
    expect(platform.to(route)).toEqual([]);
    const words = [organization, '2026-11', ...more, '--reason', 'agreed'];
    expect((await berth('closings', verb, ...words)).stdout).toContain(text);
    expect(platform.bodies(route)).toEqual([{ month: '2026-11', reason: 'agreed', ...body }]);
  });

  it('waive takes no metric that there is not', async () => {
    const words = ['waive', organization, '2026-11', '--metric', 'coffee', '--reason', 'agreed'];
    expect(await berth('closings', ...words)).toMatchObject({ code: 2 });
  });
});

describe('what operators do about events', () => {
  withPlatform();

  it.each([
    [{ replayed: 3, remaining: 0, error: null }, '3 took effect, 0 wait.\n'],
    [{ replayed: 1, remaining: 2, error: 'no such user' }, '1 took effect, 2 wait. It stopped: no such user\n'],
  ])('replay says how far it came: %j', async (result, text) => {
    platform.on(`POST ${base}/dead-letters/replays`, result);
    const words = ['dead-letters', 'replay', 'a-key', '--of', 'metering', '--reason', 'mended'];
    expect((await berth(...words)).stdout).toBe(text);
    expect(platform.bodies(`POST ${base}/dead-letters/replays`)).toEqual([{ key: 'a-key', reason: 'mended' }]);
  });

  it.each([
    [{ epoch: 2, beganAt: at, isNew: true }, /tells of epoch 2 from now on/],
    [{ epoch: 2, beganAt: at, isNew: false }, /has told of epoch 2 since .*2026-11-21/],
    [{ epoch: 0, beganAt: null, isNew: false }, /has told of epoch 0; everything/],
  ])('raise-epoch says whether anything began: %j', async (raised, text) => {
    const route = 'POST /v1/admin/user-management/epochs';
    platform.on(route, raised);
    const words = ['admin', 'raise-epoch', 'user-management', '--reason', 'restored'];
    expect((await berth(...words)).stdout).toMatch(text);
    await berth(...words, '--over', '1');
    expect(platform.bodies(route)).toEqual([{ reason: 'restored' }, { reason: 'restored', over: 1 }]);
  });

  it.each([
    ['a service that has none', ['metering', '--reason', 'restored']],
    ['no reason', ['user-management']],
    ['an epoch that is none', ['user-management', '--reason', 'restored', '--over', '1.5']],
  ])('raise-epoch is refused for %s', async (_what, words) => {
    expect(await berth('admin', 'raise-epoch', ...words)).toMatchObject({ code: 2 });
    expect(platform.received).toEqual([]);
  });
});
