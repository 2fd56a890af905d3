import { ConfineRows } from '@berth/service-kit';

/** A request finds and changes rows of the organizations that it was allowed in, and of no other. */
export class RowSecurity1763830000001 extends ConfineRows {
  readonly name = 'RowSecurity1763830000001';
  protected readonly tables = [
    'audit_entry',
    'audit_head',
    'custom_role',
    'identity_provider',
    'invitation',
    'membership',
    'organization_token',
    'service_account',
    'user_group',
  ];
}
