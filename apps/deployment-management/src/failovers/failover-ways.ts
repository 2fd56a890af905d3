import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isUnpromoted } from '../canaries/unpromoted.js';
import { Mint } from '../changes/mint.js';
import { ClustersRepository, type HeldCluster } from '../clusters/clusters.repository.js';
import { isBeside } from '../clusters/placement.js';
import { isMoving } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { Destinations } from '../workloads/destinations.js';
import type { Destination } from '../workloads/move-writer.js';
import { mayTakeOver } from '../workloads/successions.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { type Candidate, destinationsAmong, type Stranded, whyItStays, whyNotTrusted } from './failover.js';
import { FailoversRepository } from './failovers.repository.js';

/** As of a move: so long the former cluster serves, should it come back at once. */
const DRAIN_SECONDS = 60;

/** Where a stranded workload goes, or why it stays. */
export type Way = { readonly to: Destination } | { readonly stays: string };

/** Finds another cluster for a workload whose own does not answer. Under the locks of its environment and its own. */
@Injectable()
export class FailoverWays {
  constructor(
    private readonly failovers: FailoversRepository,
    private readonly clusters: ClustersRepository,
    private readonly deployments: DeploymentsRepository,
    private readonly releases: ReleasesRepository,
    private readonly destinations: Destinations,
    private readonly mint: Mint,
  ) {}

  async find(tx: Tx, workload: WorkloadRow, stranded: Stranded, regions: readonly string[]): Promise<Way> {
    const active = await this.deployments.active(tx, workload.id);
    if (active.some((each) => isMoving(each.status) && !isUnpromoted(each)))
      return { stays: 'A deployment is under way there, which ends by its deadline first.' };
    const release = workload.currentReleaseId && (await this.releases.find(tx, workload.currentReleaseId));
    const stays = whyItStays(workload, release || undefined, stranded);
    return stays === null ? this.choose(tx, workload, stranded, regions) : { stays };
  }

  private async choose(tx: Tx, workload: WorkloadRow, stranded: Stranded, regions: readonly string[]): Promise<Way> {
    const placements = await this.destinations.standing(tx, workload.id);
    const known = await this.failovers.candidates(tx, workload.id, stranded);
    const now = this.mint.now();
    const beside = known
      .filter(({ id }) => isBeside(placements, id))
      .map((each) => ({ ...each, why: whyNotTrusted(each, now) }));
    const ready = beside.find(
      ({ id, why }) => why === null && placements.some((each) => each.id === id && mayTakeOver(each)),
    );
    const standing = ready && (await this.clusters.hold(tx, ready.name));
    if (standing) return { to: destinationOf(standing, ready.name, stranded) };
    const candidates = known.filter(({ id }) => !isBeside(placements, id));
    const unreachableSince = new Date(stranded.unreachableSince);
    const { fit, refusals } = destinationsAmong(candidates, { regions, unreachableSince, now });
    const why = [...beside.map((each) => `${each.name} ${each.why ?? 'is not live'}`), ...refusals];
    for (const candidate of fit) {
      const to = await this.hold(tx, candidate, stranded);
      const misfit = to ? await this.destinations.misfit(tx, workload, to) : `${candidate.name} takes nothing new`;
      if (to && misfit === null) return { to };
      why.push(misfit ?? '');
    }
    return { stays: `No other cluster can take it: ${why.length === 0 ? 'there is none' : why.join('; ')}.` };
  }

  /** Undefined when it was cordoned or removed this moment. */
  private async hold(tx: Tx, { name }: Candidate, stranded: Stranded): Promise<Destination | undefined> {
    const cluster = await this.clusters.hold(tx, name);
    if (!cluster || cluster.isCordoned) return undefined;
    return destinationOf(cluster, name, stranded);
  }
}

const destinationOf = (
  cluster: HeldCluster,
  name: string,
  { cluster: from, unreachableSince }: Stranded,
): Destination => ({ cluster, name, drainSeconds: DRAIN_SECONDS, failover: { from, unreachableSince } });
