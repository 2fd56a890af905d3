import { monthAt } from '@berth/billing';
import type { AccountRow } from '../billing-accounts/billing-accounts.repository.js';
import { type BilledPeriod, openPeriod } from './invoice-drafts.js';

/** Closed periods that one closing looks back on: the organization's events wait for it, and somebody may wait for its answer. */
export const LOOKED_BACK_ON = 24;

/** What one closing looks back on. */
export interface LookBack {
  readonly since: Date;
  /** The closed ones, from the one that `since` lies in. */
  readonly periods: readonly BilledPeriod[];
  /** Where the next closing goes on; null: nothing is left for it. */
  readonly until: Date | null;
}

/** @param lateSince undefined: nothing is other than it was billed */
export function lookBackOn(account: AccountRow, lateSince: Date | undefined): LookBack {
  const { timeZone } = account;
  const { from: end } = openPeriod(account);
  const since = lateSince ?? end;
  const periods: BilledPeriod[] = [];
  let until = since;
  while (until < end && periods.length < LOOKED_BACK_ON) {
    const period = { ...monthAt(until, timeZone), timeZone };
    periods.push(period);
    until = period.to;
  }
  return { since, periods, until: until < end ? until : null };
}
