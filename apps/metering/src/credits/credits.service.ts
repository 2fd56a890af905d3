import { Audit, type AuditRecord, type Caller, changedFrom } from '@berth/access';
import { digitsOf, parseMinor } from '@berth/billing';
import type { CreditOfOrganization, GrantCredit } from '@berth/contracts/metering';
import { Clock, Database, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { creditErrors } from './credits.errors.js';
import { CreditsRepository, type NewCredit } from './credits.repository.js';

/** @throws DomainError 422 when the amount has more decimals than the currency */
export function minorOf(amount: string, currency: string): bigint {
  try {
    return parseMinor(amount, digitsOf(currency));
  } catch {
    throw creditErrors.AmountInvalid(`${currency} has ${digitsOf(currency)} decimals.`, { pointer: '/amount' });
  }
}

@Injectable()
export class CreditsService {
  constructor(
    private readonly credits: CreditsRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async find(id: string): Promise<CreditOfOrganization> {
    const found = await this.credits.find(this.database, id);
    if (!found) throw creditErrors.CreditNotFound('There is no such credit.');
    return found;
  }

  grant(caller: Caller, { organizationId, name, amount, expiresAt }: GrantCredit): Promise<CreditOfOrganization> {
    return this.database.transaction(async (tx) => {
      const currency = await this.currencyOf(tx, organizationId);
      const terms = { organizationId, name, currency, amount: minorOf(amount, currency), coupon: null };
      return this.give(tx, caller, { ...terms, expiresAt: expiresAt === null ? null : new Date(expiresAt) });
    });
  }

  /** What invoices used of it before stays used. */
  revoke(caller: Caller, id: string): Promise<CreditOfOrganization> {
    return this.database.transaction(async (tx) => {
      const found = await this.credits.find(tx, id);
      if (!found) throw creditErrors.CreditNotFound('There is no such credit.');
      await this.accounts.lock(tx, found.organizationId);
      const revokedAt = this.clock.now();
      if (!(await this.credits.revoke(tx, id, revokedAt)))
        throw creditErrors.CreditRevoked('The credit is revoked already.');
      await this.record(tx, caller, 'credits:update', found, {
        detail: { isRevoked: true },
        change: changedFrom({ revokedAt: null }, { revokedAt }),
      });
      return this.told(tx, id);
    });
  }

  /** Makes the account when there is none yet, and locks it: credits change while no invoice uses them. */
  async currencyOf(tx: Tx, organizationId: string): Promise<string> {
    await this.accounts.ensure(tx, organizationId, this.clock.now());
    const account = await this.accounts.lock(tx, organizationId);
    if (!account) throw new Error(`billing account ${organizationId} vanished`);
    return account.currency;
  }

  async give(tx: Tx, caller: Caller, given: Omit<NewCredit, 'id' | 'createdAt'>): Promise<CreditOfOrganization> {
    const credit = { ...given, id: this.ids.next(), createdAt: this.clock.now() };
    await this.credits.insert(tx, credit);
    const { amount, currency, coupon } = credit;
    const action = coupon === null ? 'credits:update' : 'credits:redeem';
    await this.record(tx, caller, action, credit, { detail: { amount: amount.toString(), currency, coupon } });
    return this.told(tx, credit.id);
  }

  private async told(tx: Tx, id: string): Promise<CreditOfOrganization> {
    const found = await this.credits.find(tx, id);
    if (!found) throw new Error(`credit ${id} vanished`);
    return found;
  }

  private async record(
    tx: Tx,
    by: Caller,
    action: 'credits:update' | 'credits:redeem',
    { id, organizationId }: Pick<NewCredit, 'id' | 'organizationId'>,
    said: Pick<AuditRecord, 'detail' | 'change'>,
  ): Promise<void> {
    await this.audit.record(tx, { by, action, target: { kind: 'credit', id }, organizationId, ...said });
  }
}
