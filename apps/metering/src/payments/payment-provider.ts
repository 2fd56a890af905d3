import type { Payment } from '@berth/contracts/metering';

export type PaymentRequest = Pick<Payment, 'id' | 'number' | 'organizationId' | 'amount' | 'currency'>;

/** What a provider says of a payment at this moment. */
export type Observed =
  | { readonly state: 'pending'; readonly reference: string; readonly payAt: string | null }
  | { readonly state: 'paid'; readonly reference: string; readonly amount: string; readonly currency: string }
  /** For ever. `reference`: null when it was refused before it had one. */
  | { readonly state: 'failed'; readonly reference: string | null; readonly failure: string };

export interface Notification {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came. */
  readonly body: Buffer;
}

/** Port: who collects money for us. Every method throws when the provider cannot be asked; then it is asked again. */
export interface PaymentProvider {
  readonly name: Payment['provider'];
  /** Asked again with the same id, it is the same payment. */
  ask(request: PaymentRequest): Promise<Observed>;
  look(reference: string): Promise<Observed>;
  /** Nobody should pay any more; what was paid before that stays so. */
  withdraw(reference: string): Promise<Observed>;
  /**
   * The reference of the payment that something happened to; null when it is about none. What happened is not believed but
   * looked at. @throws DomainError 401 `notification_not_signed`
   */
  hear(notification: Notification, now: Date): string | null;
}

/** Injection token; null where no provider is configured and payments are recorded by hand. */
export const PAYMENT_PROVIDER = Symbol('berth.payment-provider');
