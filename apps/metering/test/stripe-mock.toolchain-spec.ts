import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { outboundFetch } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that installs another tool is no library
import { installStripeMock } from '../../../tools/stripe-mock/install.mjs';
import { StripePaymentProvider } from '../src/payments/stripe-payment-provider.js';

/**
 * Stripe's own program: it refuses what its OpenAPI description does not know, with 400, and answers with samples of what
 * is described. It remembers nothing, so that what becomes of a payment is told by the contract suite, not here.
 */
let mock: ChildProcess;
let url: string;
let provider: StripePaymentProvider;
beforeAll(async () => {
  mock = spawn(installStripeMock(), ['-http-addr', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  url = await addressOf(mock);
  provider = new StripePaymentProvider({
    ...{ url, key: 'sk_test_berth', webhookSecret: 'whsec_test', returnUrl: 'https://berth.example/paid' },
  });
}, 300_000);
afterAll(async () => {
  const ended = once(mock, 'exit');
  mock.kill();
  await ended;
});

const request = { id: 'payment-1', number: 'BERTH-000007', organizationId: 'o1', currency: 'EUR', amount: '13.64' };

describe('Stripe, as its own description has it,', () => {
  it.each([
    ['EUR', '13.64'],
    ['JPY', '1364'],
    ['KWD', '13.640'],
    ['ISK', '1364'],
  ])('takes what is asked for in %s, and its answer is understood', async (currency, amount) => {
    expect(await provider.ask({ ...request, currency, amount })).toMatchObject({
      reference: expect.stringMatching(/^cs_/),
    });
  });

  it('takes the question for a payment, and its answer is understood', async () => {
    expect(await provider.look('cs_test_1')).toMatchObject({ reference: 'cs_test_1' });
  });

  it('takes it back', async () => {
    const { reference } = await provider.withdraw('cs_test_1');
    expect(reference).toMatch(/^cs_/);
    // It names what it ends anew. Had it refused, the session would have been looked at, as it is named here.
    expect(reference).not.toBe('cs_test_1');
  });

  it('refuses what it does not know: so what it took above, it knows', async () => {
    const fetch = outboundFetch({ allowPrivateAddresses: true, hosts: [], timeoutMs: 30_000, maxBytes: 1_048_576 });
    const ask = async (parameter: string) =>
      fetch(`${url}/v1/checkout/sessions`, {
        ...{ method: 'POST', body: new URLSearchParams({ mode: 'payment', [parameter]: '1' }) },
        headers: {
          ...{ authorization: 'Bearer sk_test_berth', 'content-type': 'application/x-www-form-urlencoded' },
        },
      });
    expect((await ask('client_reference_id')).status).toBe(200);
    expect((await ask('client_reference')).status).toBe(400);
  });
});

/** It says where it listens. */
async function addressOf({ stdout, pid }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error(`stripe-mock (${pid}) says nothing`);
  const lines = createInterface({ input: stdout });
  for await (const line of lines) {
    const [, address] = /Listening for HTTP at address: (.*)$/.exec(line) ?? [];
    if (address === undefined) continue;
    stdout.resume();
    return `http://${address}`;
  }
  throw new Error('stripe-mock ended before it listened');
}
