import type { UsageQuery } from '@berth/contracts/metering';
import type { Stretch } from './interval.js';

/** What of an organization is meant. */
export type UsageScope = Pick<UsageQuery, 'organization' | 'project' | 'environment' | 'app'>;

/** SQL: the columns that tell lines apart. */
export const columnsOf: Record<UsageQuery['by'], string> = {
  none: `null::uuid as environment_id, null::uuid as app_id, null::text as process_type`,
  app: `null::uuid as environment_id, app_id, null::text as process_type`,
  environment: `environment_id, null::uuid as app_id, null::text as process_type`,
  process: `environment_id, app_id, process_type`,
};

/** Organization, project, environment, app; beginnings and ends of the intervals. */
export const parametersOf = (scope: UsageScope, intervals: readonly Stretch[]): unknown[] => [
  ...[scope.organization, scope.project ?? null, scope.environment ?? null, scope.app ?? null],
  ...[intervals.map(({ from }) => from), intervals.map(({ to }) => to)],
];
