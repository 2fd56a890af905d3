import type { UsageQuery } from '@berth/contracts/metering';
import type { Stretch } from './interval.js';

/** What of an organization is meant. */
export type UsageScope = Pick<
  UsageQuery,
  'organization' | 'project' | 'environment' | 'app' | 'process' | 'labelKey' | 'labelValue'
>;

/** Columns of a line; those that it is not told apart by are null. */
const toldApart = {
  project_id: 'null::uuid',
  environment_id: 'null::uuid',
  app_id: 'null::uuid',
  process_type: 'null::text',
  label: 'null::text',
};

const columns = (...by: readonly (keyof typeof toldApart)[]): string =>
  Object.entries({ ...toldApart, ...Object.fromEntries(by.map((name) => [name, name])) })
    .map(([name, value]) => `${value} as ${name}`)
    .join(', ');

/** SQL: the columns that tell lines apart. */
export const columnsOf: Record<UsageQuery['by'], string> = {
  none: columns(),
  project: columns('project_id'),
  app: columns('app_id'),
  environment: columns('environment_id'),
  process: columns('environment_id', 'app_id', 'process_type'),
  label: columns('label'),
};

/** SQL: what `keyOf` answers of a line. */
export const keySql = `concat(project_id, '/', environment_id, '/', app_id, '/', process_type, '/', label)`;

/** Organization, project, environment, app; beginnings and ends of the intervals; key and value of a label; process type. */
export const parametersOf = (scope: UsageScope, intervals: readonly Stretch[]): unknown[] => [
  ...[scope.organization, scope.project ?? null, scope.environment ?? null, scope.app ?? null],
  ...[intervals.map(({ from }) => from), intervals.map(({ to }) => to)],
  ...[scope.labelKey ?? null, scope.labelValue ?? null, scope.process ?? null],
];
