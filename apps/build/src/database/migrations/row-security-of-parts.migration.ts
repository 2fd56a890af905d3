import { ConfineParts } from '@berth/service-kit';

/** What belongs to a row is found and changed where that row is. */
export class RowSecurityOfParts1763800000080 extends ConfineParts {
  readonly name = 'RowSecurityOfParts1763800000080';
  protected readonly parts = [{ table: 'build_log', key: 'build_id', of: 'build' }];
}
