import type { UsageQuery } from '@berth/contracts/metering';
import type { Stretch } from './interval.js';

/** What of an organization is meant. */
export type UsageScope = Pick<
  UsageQuery,
  'organization' | 'project' | 'environment' | 'app' | 'process' | 'labelKey' | 'labelValue'
>;

const columns = (environment: string, app: string, process: string, label: string): string =>
  `${environment} as environment_id, ${app} as app_id, ${process} as process_type, ${label} as label`;

/** SQL: the columns that tell lines apart. */
export const columnsOf: Record<UsageQuery['by'], string> = {
  none: columns('null::uuid', 'null::uuid', 'null::text', 'null::text'),
  app: columns('null::uuid', 'app_id', 'null::text', 'null::text'),
  environment: columns('environment_id', 'null::uuid', 'null::text', 'null::text'),
  process: columns('environment_id', 'app_id', 'process_type', 'null::text'),
  label: columns('null::uuid', 'null::uuid', 'null::text', 'label'),
};

/** SQL: what `keyOf` answers of a line. */
export const keySql = `concat(environment_id, '/', app_id, '/', process_type, '/', label)`;

/** Organization, project, environment, app; beginnings and ends of the intervals; key and value of a label; process type. */
export const parametersOf = (scope: UsageScope, intervals: readonly Stretch[]): unknown[] => [
  ...[scope.organization, scope.project ?? null, scope.environment ?? null, scope.app ?? null],
  ...[intervals.map(({ from }) => from), intervals.map(({ to }) => to)],
  ...[scope.labelKey ?? null, scope.labelValue ?? null, scope.process ?? null],
];
