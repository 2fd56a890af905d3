import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MeteringApp } from './support/metering-app.js';

let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

describe('what is done again and again', () => {
  const seconds = () => Object.fromEntries(app.rounds.kept.map((each) => [each.failure, each.milliseconds / 1_000]));

  it('is all that nobody asks for, each as often as it has to be', () => {
    expect(seconds()).toEqual({
      'budgets could not be looked at': 30,
      'missing allocations could not be asked for': 30,
      'old deliveries could not be forgotten': 3_600,
      'payments could not be looked at': 2,
      'periods could not be closed': 60,
      'usage could not be compared': 3_600,
      'webhooks could not be sent': 2,
    });
  });

  it('comes to its end where there is nothing to do', async () => {
    for (const { work } of app.rounds.kept) await work();
  });
});
