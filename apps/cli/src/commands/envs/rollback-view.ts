import type { Schemas } from '@berth/api-client';
import { table } from '../../output/table.js';

export type Rollback = Schemas['EnvironmentRollback'];

export const rollbackTable = ({ items }: Rollback): string | Promise<string> =>
  table(
    ['app', 'release', 'outcome', ''],
    items.map(({ app, release, outcome, message }) => [app, release === null ? '' : `v${release}`, outcome, message]),
  );
