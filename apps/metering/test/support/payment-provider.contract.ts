import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PaymentProvider, PaymentRequest } from '../../src/payments/payment-provider.js';

/** An adapter, and what its customers do. */
export interface ProviderWorld {
  readonly provider: PaymentProvider;
  /** By the id of our payment. */
  pay(id: string): Promise<void>;
  fail(id: string): Promise<void>;
  /** How many payments of this id there are on the other side. */
  count(id: string): Promise<number>;
}

const request = (): PaymentRequest => ({
  ...{ id: randomUUID(), number: 'BERTH-000007', organizationId: randomUUID(), amount: '13.64', currency: 'EUR' },
});

/** What every adapter of the port must do. */
export function paymentProviderContract(name: string, make: () => Promise<ProviderWorld>): void {
  describe(`the payment provider ${name}`, () => {
    let world: ProviderWorld;
    beforeAll(async () => {
      world = await make();
    });

    async function asked() {
      const wanted = request();
      const { reference } = await world.provider.ask(wanted);
      return { wanted, reference: reference! };
    }

    it('has a name', () => expect(world.provider.name).toBe(name));

    it('is asked once, however often it is asked', async () => {
      const wanted = request();
      const [first, second] = [await world.provider.ask(wanted), await world.provider.ask(wanted)];
      expect(first).toMatchObject({ state: 'pending', reference: expect.any(String) });
      expect(second).toEqual(first);
      expect(await world.count(wanted.id)).toBe(1);
    });

    it('says that nobody has paid, until somebody has, and then how much', async () => {
      const { wanted, reference } = await asked();
      expect(await world.provider.look(reference)).toMatchObject({ state: 'pending', reference });
      await world.pay(wanted.id);
      const paid = { state: 'paid', reference, amount: '13.64', currency: 'EUR' };
      expect(await world.provider.look(reference)).toEqual(paid);
      expect(await world.provider.ask(wanted)).toMatchObject({ reference });
      expect(await world.count(wanted.id)).toBe(1);
    });

    it('says why it failed', async () => {
      const { wanted, reference } = await asked();
      await world.fail(wanted.id);
      const failed = await world.provider.look(reference);
      expect(failed).toEqual({ state: 'failed', reference, failure: expect.stringMatching(/./) });
    });

    it('takes back what nobody paid, as often as it is told to', async () => {
      const { reference } = await asked();
      expect(await world.provider.withdraw(reference)).toMatchObject({ state: 'failed', reference });
      expect(await world.provider.withdraw(reference)).toMatchObject({ state: 'failed', reference });
      expect(await world.provider.look(reference)).toMatchObject({ state: 'failed', reference });
    });

    it('does not take back what was paid', async () => {
      const { wanted, reference } = await asked();
      await world.pay(wanted.id);
      expect(await world.provider.withdraw(reference)).toMatchObject({ state: 'paid', amount: '13.64' });
    });

    it('throws for what it does not know, and invents nothing', async () => {
      const unknown = await world.provider.look('nothing-of-that-name').catch((error: Error) => error);
      expect(unknown).toBeInstanceOf(Error);
    });

    it('believes no notification that is not signed', () => {
      const body = Buffer.from(
        '{"type":"checkout.session.completed","data":{"object":{"object":"checkout.session","id":"x"}}}',
      );
      for (const headers of [{}, { 'stripe-signature': '' }, { 'stripe-signature': 't=1,v1=00' }])
        expect(() => world.provider.hear({ headers, body }, new Date(1_000))).toThrow(
          expect.objectContaining({ code: 'notification_not_signed', status: 401 }),
        );
    });
  });
}
