import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { idOf, page, Platform } from './platform.js';
import { Terminal } from './terminal.js';

const budget = {
  ...{ id: idOf(86), organizationId: idOf(1), projectId: null, environmentId: null, name: 'All', amount: '28.00' },
  ...{ currency: 'EUR', thresholds: [50, 100], isCap: true, graceMinutes: 60, month: '2026-11', spent: '16.80' },
  ...{ forecast: '365.40', lookedAt: '2026-11-10T06:00:00.000Z', stage: 'warned', crossed: [50] },
};

let platform: Platform;
let terminal: Terminal;
beforeAll(async () => {
  platform = await Platform.start();
  terminal = await Terminal.open(platform.url);
  platform.on(
    'GET /v1/budgets',
    page(budget, {
      ...budget,
      id: idOf(87),
      name: 'Stage',
      environmentId: idOf(20),
      projectId: idOf(10),
      isCap: false,
    }),
  );
});
afterAll(async () => {
  await platform.stop();
  await terminal.close();
});
const sent = () => JSON.parse(platform.received.at(-1)!.body.toString()) as unknown;

describe('berth budgets', () => {
  it('says what is spent, what the month will cost and what the budget does', async () => {
    const { stdout } = await terminal.berth(['budgets']);
    expect(stdout).toMatch(/All +organization +2026-11 +28\.00 EUR +16\.80 +365\.40 +cap: warned +50 %\n/);
    expect(stdout).toMatch(/Stage +shop\/staging .* tells /);
  });

  it('are made for the organization, a project or an environment', async () => {
    platform.on('POST /v1/budgets', budget);
    const made = await terminal.berth(['budgets', 'create', 'All', '28', '--at', '50,100', '--cap', '--grace', '60']);
    expect(made.stdout).toBe(
      'All: 28.00 EUR a month, told at 50 %, 100 %; then previews stop, production last, 60 min between two steps.\n',
    );
    expect(sent()).toEqual({
      ...{ organizationId: idOf(1), name: 'All', amount: '28', thresholds: [50, 100], isCap: true, graceMinutes: 60 },
    });
    await terminal.berth(['budgets', 'create', 'Stage', '5', '--env', 'staging']);
    expect(sent()).toMatchObject({ projectId: idOf(10), environmentId: idOf(20) });
  });

  it('are changed and deleted by name', async () => {
    platform.on(`PATCH /v1/budgets/${budget.id}`, { ...budget, amount: '99.00', isCap: false, thresholds: [] });
    const changed = await terminal.berth(['budgets', 'update', 'All', '--amount', '99', '--no-cap']);
    expect(changed.stdout).toBe('All: 99.00 EUR a month.\n');
    expect(sent()).toEqual({ amount: '99', isCap: false });
    platform.on(`DELETE /v1/budgets/${budget.id}`, (_, response) => response.writeHead(204).end());
    expect((await terminal.berth(['budgets', 'delete', 'All'])).stdout).toBe('The budget All is gone.\n');
    expect(await terminal.berth(['budgets', 'delete', 'None'])).toMatchObject({ code: 4 });
    expect(await terminal.berth(['budgets', 'create', 'x', '1', '--at', 'half'])).toMatchObject({ code: 2 });
  });
});
