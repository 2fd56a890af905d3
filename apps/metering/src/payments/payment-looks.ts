import { Clock, Database, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PaymentEndings } from './payment-endings.js';
import { secondsAfter, type Step, stepOf } from './payment-step.js';
import { type Observed, PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.js';
import { type Claimed, PaymentsRepository } from './payments.repository.js';

/** Longer than a look can take: whoever is silent for so long has ended, and another one looks again. */
const CLAIM = 120_000;
const AT_ONCE = 8;

/** Asks the provider for what is due and observes what became of it, outside of any transaction. */
@Injectable()
export class PaymentLooks {
  constructor(
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider | null,
    private readonly payments: PaymentsRepository,
    private readonly endings: PaymentEndings,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Resolves when nothing is due any more. */
  async lookAtDue(): Promise<void> {
    const { provider } = this;
    if (!provider) return;
    while ((await this.lookAtSome(provider)) > 0);
  }

  private async lookAtSome(provider: PaymentProvider): Promise<number> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + CLAIM);
    const claimed = await this.database.transaction((tx) =>
      this.payments.claim(tx, now, until, provider.name, AT_ONCE),
    );
    await Promise.all(claimed.map((each) => this.look(provider, each)));
    return claimed.length;
  }

  private async look(provider: PaymentProvider, payment: Claimed): Promise<void> {
    const step = await this.stepOf(provider, payment);
    await this.database.transaction(async (tx) => {
      if (await this.payments.hold(tx, payment)) await this.endings.take(tx, payment, step);
    });
  }

  private async stepOf(provider: PaymentProvider, payment: Claimed): Promise<Step> {
    const isWanted = payment.invoiceStatus === 'issued';
    const wasNeverAsked = payment.reference === null && payment.looks === 1;
    if (!isWanted && wasNeverAsked) return { kind: 'end', state: 'withdrawn', reference: null };
    try {
      return stepOf(payment, await observe(provider, payment, isWanted), isWanted);
    } catch (error) {
      // A provider that cannot be asked is asked again; until then the payment says why.
      this.logger.warn({ err: error, paymentId: payment.id }, 'a payment could not be looked at');
      const failure = error instanceof Error ? error.message.slice(0, 500) : 'no answer';
      const { reference, payAt, looks } = payment;
      return { kind: 'wait', seconds: secondsAfter(looks), reference, payAt, failure };
    }
  }
}

async function observe(provider: PaymentProvider, payment: Claimed, isWanted: boolean): Promise<Observed> {
  const { id, number, organizationId, amount, currency, reference } = payment;
  if (reference !== null) return isWanted ? provider.look(reference) : provider.withdraw(reference);
  const asked = await provider.ask({ id, number, organizationId, amount, currency });
  return isWanted || asked.state !== 'pending' ? asked : provider.withdraw(asked.reference);
}
