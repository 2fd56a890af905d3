import type { TaxRule } from '@berth/contracts/metering';
import type { Tax } from './rating.js';

export interface TaxedCustomer {
  /** Null: no rule holds. */
  readonly country: string | null;
  readonly hasTaxId: boolean;
}

/**
 * The taxes of a customer at a moment, in the order of their ids: of each the last rule that had begun, and one for some
 * customers before the one for all. `rules` are those of one issuer.
 */
export function taxesOf(rules: readonly TaxRule[], { country, hasTaxId }: TaxedCustomer, at: Date): Tax[] {
  const own = hasTaxId ? 'with-tax-id' : 'without-tax-id';
  const begun = rules
    .filter((rule) => rule.country === country && Date.parse(rule.validFrom) <= at.getTime())
    .toSorted((a, b) => Date.parse(b.validFrom) - Date.parse(a.validFrom));
  const ids = [...new Set(begun.map(({ tax }) => tax.id))].toSorted();
  return ids.flatMap((id): Tax[] => {
    const latest = (kind: TaxRule['customers']) =>
      begun.find(({ tax, customers }) => tax.id === id && customers === kind);
    const rule = latest(own) ?? latest('all');
    return rule && rule.tax.percent !== null ? [{ ...rule.tax, percent: rule.tax.percent }] : [];
  });
}
