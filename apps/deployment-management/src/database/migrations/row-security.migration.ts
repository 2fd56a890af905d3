import { ConfineRows } from '@berth/service-kit';

/** A request finds and changes rows of the organizations that it was allowed in, and of no other. */
export class RowSecurity1763800000610 extends ConfineRows {
  readonly name = 'RowSecurity1763800000610';
  protected readonly tables = [
    'app',
    'audit_entry',
    'budget_stop',
    'config_scope',
    'delegation',
    'deployment',
    'dns_zone',
    'domain',
    'environment',
    'environment_sleep',
    'environment_snapshot',
    'project',
    'pull_credential',
    'schedule',
    'task',
    'volume',
    'workload',
  ];
}
