import type { Release } from '@berth/contracts/deployment';
import type { ObservedWorkload } from '@berth/contracts/runtime';
import { CONFIG, DomainError, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import { rebase } from '../config/rebase.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { flattened, unflattened } from '../releases/settings.js';
import { mergeSettings } from '../workloads/scaling.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { Resizes } from './resizes.js';
import { Sizings } from './sizings.js';
import type { SizeChange, VerticalRow } from './vertical.js';

/** A look at a workload: at most one other size comes of it. Everything under the workload's row lock. */
@Injectable()
export class VerticalChanges {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly deployments: DeploymentsRepository,
    private readonly sizings: Sizings,
    private readonly resizes: Resizes,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What the row says after the look. `release`, `observed`: what is live, and what there is of it. */
  async follow(
    tx: Tx,
    workload: WorkloadRow,
    row: VerticalRow,
    release: Release | undefined,
    observed: ObservedWorkload | null,
  ): Promise<VerticalRow> {
    const known = row.change ? await this.afterDeployment(tx, workload, row, row.change) : row;
    if (known.state === 'resizing') return known;
    const obstacle = obstacleTo(workload, release, observed);
    if (obstacle !== null) return { ...known, state: 'waiting', message: obstacle };
    if (known.restsUntil && known.restsUntil > this.mint.now()) return known;
    return release && observed ? this.judge(tx, workload, known, release, observed) : known;
  }

  /** One that failed is undone, and not tried again before as much time as it takes to know better. */
  private async afterDeployment(
    tx: Tx,
    workload: WorkloadRow,
    row: VerticalRow,
    change: SizeChange,
  ): Promise<VerticalRow> {
    const deployment = row.deploymentId === null ? undefined : await this.deployments.find(tx, row.deploymentId);
    if (deployment && deployment.endedAt === null) return row;
    const ended: VerticalRow = { ...row, change: null };
    if (deployment?.status !== 'failed' && deployment?.status !== 'cancelled') return { ...ended, state: 'watching' };
    await this.undo(tx, workload, change);
    const why = deployment.failure?.message ?? 'It was cancelled.';
    const message = `Deployment ${deployment.number} for another size ended as ${deployment.status}, and was undone: ${why}`;
    return { ...ended, state: 'failed', message, restsUntil: this.in(this.config.VERTICAL_WINDOW_SECONDS) };
  }

  /** What somebody has set meanwhile stays. */
  private async undo(tx: Tx, workload: WorkloadRow, { before, after }: SizeChange): Promise<void> {
    const settings = rebase(flattened(after), flattened(workload.processSettings), flattened(before));
    await this.workloads.setProcessSettings(tx, workload.id, unflattened(settings) as SizeChange['before']);
  }

  private async judge(
    tx: Tx,
    workload: WorkloadRow,
    row: VerticalRow,
    release: Release,
    observed: ObservedWorkload,
  ): Promise<VerticalRow> {
    const { sizes, message } = await this.sizings.of(tx, ownBounds(row, workload), release, observed);
    if (Object.keys(sizes).length === 0) return { ...row, state: 'watching', message };
    const before = workload.processSettings;
    const change: SizeChange = { before, after: mergeSettings(before, sizes) };
    const outcome = await this.resizes.begin(tx, workload, change, message);
    if (outcome instanceof DomainError) return { ...row, state: 'blocked', message: `${message} ${outcome.message}` };
    await this.sizings.remember(tx, workload.id, release, observed);
    const restsUntil = this.in(this.config.VERTICAL_EVERY_SECONDS);
    return { ...row, state: 'resizing', message, deploymentId: outcome, change, restsUntil };
  }

  private in(seconds: number): Date {
    return new Date(this.mint.now().getTime() + seconds * 1_000);
  }
}

/** Where the number of instances follows the CPU, the CPU of one of them stays. */
function ownBounds({ processes }: VerticalRow, { autoscaling }: WorkloadRow): VerticalRow['processes'] {
  const own = Object.entries(processes).map(([name, { cpuMillicores, ...bounds }]) => [
    name,
    { ...bounds, ...(cpuMillicores && !autoscaling[name] && { cpuMillicores }) },
  ]);
  return Object.fromEntries(own) as VerticalRow['processes'];
}

function obstacleTo(
  { activeDeploymentId, state }: WorkloadRow,
  release: Release | undefined,
  observed: ObservedWorkload | null,
): string | null {
  if (!release) return 'Nothing was deployed yet';
  if (activeDeploymentId !== null) return 'A deployment is under way';
  if (state === 'stopped') return 'It is stopped';
  return observed ? null : 'The runtime does not know of it yet';
}
