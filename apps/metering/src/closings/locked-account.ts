import type { Tx } from '@berth/service-kit';
import { lockOrganization } from '../accepted-events/organization-lock.js';
import type { AccountRow, BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { closingErrors } from './closings.errors.js';

/** Nothing of the organization is accepted or closed until the end of the transaction. @throws DomainError 404 `nothing_to_close` */
export async function lockedAccount(
  tx: Tx,
  accounts: BillingAccountsRepository,
  organizationId: string,
): Promise<AccountRow> {
  await lockOrganization(tx, organizationId);
  return existing(await accounts.lock(tx, organizationId));
}

/** @throws DomainError 404 `nothing_to_close` */
export function existing(account: AccountRow | undefined): AccountRow {
  if (!account) throw closingErrors.NothingToClose('The organization has used nothing yet.');
  return account;
}
