import { ConfineRows } from '@berth/service-kit';

/** A request finds and changes rows of the organizations that it was allowed in, and of no other. */
export class RowSecurity1763800000070 extends ConfineRows {
  readonly name = 'RowSecurity1763800000070';
  protected readonly tables = ['audit_entry', 'build', 'upload'];
}
