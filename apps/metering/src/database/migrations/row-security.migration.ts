import { ConfineRows } from '@berth/service-kit';

/** A request finds and changes rows of the organizations that it was allowed in, and of no other. */
export class RowSecurity1763700000121 extends ConfineRows {
  readonly name = 'RowSecurity1763700000121';
  protected readonly tables = [
    'agreement',
    'allocation_gap',
    'audit_entry',
    'billing_account',
    'budget',
    'coupon_discount',
    'credit',
    'credit_note',
    'invoice',
    'late_usage',
    'measured_usage',
    'metered_resource',
    'metered_workload',
    'payment',
    'place_labels',
    'place_name',
    'uncounted_use',
    'usage_anomaly',
    'usage_drift',
    'usage_waiver',
    'webhook',
  ];
}
