import { ConfineParts } from '@berth/service-kit';

/** What belongs to a row is found and changed where that row is. */
export class RowSecurityOfParts1763700000131 extends ConfineParts {
  readonly name = 'RowSecurityOfParts1763700000131';
  protected readonly parts = [
    { table: 'budget_alert', key: 'budget_id', of: 'budget' },
    { table: 'credit_use', key: 'credit_id', of: 'credit' },
    { table: 'webhook_delivery', key: 'webhook_id', of: 'webhook' },
  ];
}
