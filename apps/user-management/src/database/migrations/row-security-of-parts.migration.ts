import { ConfineParts } from '@berth/service-kit';

/** What belongs to a row is found and changed where that row is. */
export class RowSecurityOfParts1763840000001 extends ConfineParts {
  readonly name = 'RowSecurityOfParts1763840000001';
  protected readonly parts = [
    { table: 'client_secret', key: 'service_account_id', of: 'service_account' },
    { table: 'user_group_member', key: 'group_id', of: 'user_group' },
  ];
}
