import { ConfineParts } from '@berth/service-kit';

/** What belongs to a row is found and changed where that row is. */
export class RowSecurityOfParts1763800000620 extends ConfineParts {
  readonly name = 'RowSecurityOfParts1763800000620';
  protected readonly parts = [
    { table: 'deployment_transition', key: 'deployment_id', of: 'deployment' },
    { table: 'dns_record', key: 'zone_id', of: 'dns_zone' },
    { table: 'environment_failover', key: 'environment_id', of: 'environment' },
    { table: 'environment_rollback', key: 'environment_id', of: 'environment' },
    { table: 'placement', key: 'workload_id', of: 'workload' },
    { table: 'release', key: 'workload_id', of: 'workload' },
    { table: 'schedule_run', key: 'schedule_id', of: 'schedule' },
    { table: 'space', key: 'environment_id', of: 'environment' },
    { table: 'vertical_autoscaling', key: 'workload_id', of: 'workload' },
    { table: 'usage_peak', key: 'workload_id', of: 'vertical_autoscaling', its: 'workload_id' },
  ];
}
