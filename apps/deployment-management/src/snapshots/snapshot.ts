import type { DeploymentStatus, EnvironmentRollback, RollbackItem, Snapshot } from '@berth/contracts/deployment';

export interface SnapshotRow extends Omit<Snapshot, 'createdAt'> {
  readonly organizationId: string;
  readonly createdAt: Date;
}

export function toSnapshot({ organizationId: _, createdAt, ...rest }: SnapshotRow): Snapshot {
  return { ...rest, createdAt: createdAt.toISOString() };
}

/** What was decided for one workload when the rollback was accepted; what became of it follows from its deployment. */
export interface PlannedItem {
  readonly workloadId: string;
  readonly app: string;
  readonly release: number | null;
  readonly plan: 'deploy' | 'unchanged' | 'untouched' | 'impossible';
  readonly deploymentId: string | null;
  readonly message: string | null;
}

export interface RollbackRow {
  readonly id: string;
  readonly environmentId: string;
  readonly snapshotId: string;
  readonly items: readonly PlannedItem[];
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** As far as a report tells of it. */
export interface DeploymentEnd {
  readonly status: DeploymentStatus;
  readonly message: string | null;
}

export function toRollback(row: RollbackRow, deployments: ReadonlyMap<string, DeploymentEnd>): EnvironmentRollback {
  const items = row.items.map((item) => reported(item, deployments));
  return {
    ...row,
    status: statusOf(items.map(({ outcome }) => outcome)),
    items,
    createdAt: row.createdAt.toISOString(),
  };
}

function reported({ plan, ...item }: PlannedItem, deployments: ReadonlyMap<string, DeploymentEnd>): RollbackItem {
  if (plan !== 'deploy') return { ...item, outcome: plan };
  const found = deployments.get(item.deploymentId ?? '');
  if (!found) throw new Error(`Deployment ${item.deploymentId} of a rollback is gone.`);
  return { ...item, outcome: outcomeOf(found.status), message: found.message ?? item.message };
}

/** What was live and is retired was live: what came after it is another story. */
export function outcomeOf(status: DeploymentStatus): RollbackItem['outcome'] {
  switch (status) {
    case 'live':
    case 'retired':
      return 'live';
    case 'failed':
      return 'failed';
    case 'cancelled':
    case 'superseded':
      return 'stopped';
    case 'queued':
    case 'building':
    case 'preparing':
    case 'rolling':
    case 'shifting':
    case 'verifying':
      return 'running';
  }
}

const there: readonly RollbackItem['outcome'][] = ['live', 'unchanged'];
const astray: readonly RollbackItem['outcome'][] = ['failed', 'stopped', 'impossible'];

export function statusOf(outcomes: readonly RollbackItem['outcome'][]): EnvironmentRollback['status'] {
  if (outcomes.includes('running')) return 'running';
  if (!outcomes.some((each) => astray.includes(each))) return 'succeeded';
  return outcomes.some((each) => there.includes(each)) ? 'partial' : 'failed';
}
