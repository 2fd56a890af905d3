import { randomUUID } from 'node:crypto';
import {
  budgetCleared,
  budgetExhausted,
  budgetThresholdCrossed,
  type EventDefinition,
  invoiceIssued,
  invoiceVoided,
} from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';

let identity: IdentityService;
beforeAll(async () => (identity = await IdentityService.start()));
afterAll(() => identity.close());

/** What metering says of a budget, twice, as a bus may do. */
async function hear({ type, data }: EventDefinition, fact: object): Promise<void> {
  const subject = randomUUID();
  const event = {
    ...{ specversion: '1.0' as const, id: randomUUID(), source: '/berth/metering', type, subject, epoch: 0 },
    ...{ time: new Date().toISOString(), datacontenttype: 'application/json' as const, partitionkey: subject },
    ...{ aggregateversion: 1, data: data.parse(fact) },
  };
  const message = { topic: 'berth.metering', key: subject, event };
  await identity.service.app.get<EventBus>(EVENT_BUS).publish([message, message]);
}

const budget = (organizationId: string, over: object) => ({
  ...{ budgetId: randomUUID(), organizationId, projectId: null, environmentId: null, name: 'All', month: '2026-11' },
  ...{ currency: 'EUR', amount: '28.00', spent: '28.01', ...over },
});

describe('mail about a budget', () => {
  it('goes to those who spend, once for each event, and says what is spent, what stops and what comes next', async () => {
    const owner = await identity.person();
    const stranger = await identity.person();
    const { organization } = await identity.organization(owner.accessToken);
    await identity.organization(stranger.accessToken);
    const mails = async () => (await identity.mailTo(owner.email)).filter((mail) => mail.includes('budget'));
    const [previews, rest] = [['preview'], ['development', 'staging']];
    await hear(budgetThresholdCrossed, budget(organization.id, { threshold: 80, forecast: '99.00' }));
    const stopsNextAt = '2026-11-10T10:31:00.000Z';
    await hear(budgetExhausted, budget(organization.id, { stops: [], stopsNext: previews, stopsNextAt }));
    await hear(budgetExhausted, budget(organization.id, { stops: previews, stopsNext: rest, stopsNextAt }));
    await hear(budgetExhausted, budget(organization.id, { stops: ['production'], stopsNext: [], stopsNextAt: null }));
    await hear(budgetCleared, budget(organization.id, {}));
    await eventually(async () => expect(await mails()).toHaveLength(5));
    const text = (await mails()).join('\n');
    for (const sentence of [
      ...['28.01 of 28.00 EUR are spent in 2026-11.', '80 % of the budget All', 'the month will cost 99.00 EUR'],
      ...['Nothing was stopped yet.', `preview will stop at ${stopsNextAt}`, 'Stopped now: preview. Nothing is lost.'],
      ...[`development, staging will stop at ${stopsNextAt}`, 'stops production', 'runs again'],
    ])
      expect(text).toContain(sentence);
    expect((await identity.mailTo(stranger.email)).filter((mail) => mail.includes('budget'))).toEqual([]);
  });
});

describe('mail about an invoice', () => {
  const invoice = (organizationId: string) => ({
    ...{ invoiceId: randomUUID(), organizationId, number: 'BERTH-000007', month: '2026-11' },
    ...{ currency: 'EUR', due: '28.01', sha256: 'a'.repeat(64) },
  });

  it('goes to those who see to the bills, and not to who only deploys', async () => {
    const owner = await identity.person();
    const { organization } = await identity.organization(owner.accessToken);
    const [accountant, developer] = [await identity.person(), await identity.person()];
    const by = { token: owner.accessToken };
    for (const [person, role] of [
      [accountant, 'billing'],
      [developer, 'developer'],
    ] as const)
      await identity.join(person, { organizationId: organization.id, role }, by);
    const mails = async (email: string) =>
      (await identity.mailTo(email)).filter((mail) => mail.includes('BERTH-000007'));
    const fact = invoice(organization.id);
    await hear(invoiceIssued, fact);
    await hear(invoiceVoided, { ...fact, creditNote: 'BERTH-000008' });
    for (const { email } of [owner, accountant]) {
      await eventually(async () => expect(await mails(email)).toHaveLength(2));
      const text = (await mails(email)).join('\n');
      for (const sentence of [
        ...[`${organization.slug}: invoice BERTH-000007 for 2026-11`, '28.01 EUR are due for 2026-11.'],
        ...['berth invoices show BERTH-000007', 'BERTH-000007 is void', 'Credit note BERTH-000008 takes it back.'],
      ])
        expect(text).toContain(sentence);
    }
    expect(await mails(developer.email)).toEqual([]);
  });
});
