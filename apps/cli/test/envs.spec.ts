import { afterAll, beforeEach, beforeAll, describe, expect, it } from '@jest/globals';
import { environment, idOf, page, Platform, problem } from './platform.js';
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

const about = {
  ...{ month: '2026-11', from: '2026-11-01T00:00:00.000Z', countedUntil: '2026-11-20T12:00:00.000Z' },
  ...{ currency: 'EUR', priceBook: 'default', waitingWorkloads: 0 },
};
const item = (id: number, soFar: string, perDay: string, unpriced: string[] = []) => ({
  ...{ environmentId: idOf(id), soFar, perDay, unpriced },
});
const costs = 'GET /v1/costs/environments';

describe('berth envs list', () => {
  beforeEach(() => {
    platform.on('GET /v1/environments', page(environment('staging'), environment('qa', 21), environment('old', 22)));
  });

  it('shows what each environment costs this month so far and per day, over all pages', async () => {
    platform.onEach(
      costs,
      { ...about, items: [item(20, '8.8200000000', '0.8400000000')], next: 'more' },
      { ...about, items: [item(21, '0.1234567891', '0.0000000000', ['storage'])], next: null },
    );
    const { stdout, stderr } = await terminal.berth(['envs', 'list']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^NAME +KIND +THIS MONTH +PER DAY +NAMESPACE +CREATED/);
    expect(stdout).toMatch(/staging +staging +8\.8200 +0\.8400 /);
    expect(stdout).toMatch(/qa +staging +0\.1234 +0\.0000 /);
    expect(stdout).toMatch(/old +staging +0\.0000 +0\.0000 /);
    expect(stdout).toContain('Amounts in EUR, 2026-11 until 2026-11-20 12:00:00 (UTC), before fees, discounts and tax');
    expect(stdout).toContain('qa: no price for storage, which is not in it.');
    expect(stdout).not.toContain('Not all is known yet');
    const asked = platform.to(costs).map(({ query }) => [query.get('organization'), query.get('project')]);
    expect(asked).toEqual([
      [idOf(1), idOf(10)],
      [idOf(1), idOf(10)],
    ]);
  });

  it('answers them as JSON with each environment, and says when not all is known', async () => {
    const answer = { ...about, waitingWorkloads: 2, items: [item(20, '8.8200000000', '0.8400000000')], next: null };
    platform.on(costs, answer);
    const { stdout } = await terminal.berth(['envs', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        slug: 'staging',
        cost: { currency: 'EUR', month: '2026-11', soFar: '8.8200000000', perDay: '0.8400000000', unpriced: [] },
      },
      { slug: 'qa', cost: { soFar: '0.0000000000', perDay: '0.0000000000' } },
      { slug: 'old' },
    ]);
    expect((await terminal.berth(['envs', 'list'])).stdout).toContain('Not all is known yet: 2 workloads');
  });

  it('lists the environments also when the costs may not be read, and says so', async () => {
    platform.on(costs, (_, response) => problem(response, 403, 'forbidden', 'You may not read costs.'));
    const ran = await terminal.berth(['envs', 'list']);
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Costs are not shown: You may not read costs.'),
    });
    expect(ran.stdout).toMatch(/staging +staging +- +- /);
    expect(ran.stdout).not.toContain('Amounts in');
    const { stdout } = await terminal.berth(['envs', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([{ slug: 'staging', cost: null }, { cost: null }, { cost: null }]);
  });
});
