import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import type { DeploymentRow } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { Transitions } from '../deployments/transitions.js';
import { ImageDigests } from '../registries/image-digests.js';
import { type TaggedImage, taggedImage } from '../registries/image-name.js';
import { ImageRefused, RegistryAway, unavailable } from '../registries/refusals.js';
import { underLock } from './under-lock.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadsRepository } from './workloads.repository.js';

const goOn = lookAgainIn({ seconds: 0 });
const SECONDS_BETWEEN_REQUESTS = 2;

/** Finds out which image a deployment means that names one by its tag: once, and then it is that one. */
@Injectable()
export class TagResolution {
  constructor(
    private readonly digests: ImageDigests,
    private readonly deployments: DeploymentsRepository,
    private readonly transitions: Transitions,
    private readonly workloads: WorkloadsRepository,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Undefined: there is nothing to find out. */
  async step(workload: WorkloadRow, next: DeploymentRow, context: ReconcileContext): Promise<Outcome | undefined> {
    const image = tagToResolve(next);
    if (!image) return undefined;
    const pause = secondsUntil(next.askAgainAt, this.mint.now());
    if (pause > 0) return lookAgainIn({ seconds: pause });
    try {
      const digest = await this.digests.of(workload.organizationId, image, context.signal);
      await this.pin(context, next, image, digest);
      return goOn;
    } catch (error) {
      if (error instanceof RegistryAway) return this.waitFor(context, next, image, error);
      if (!(error instanceof ImageRefused)) throw error;
      await underLock(context, this.workloads, next.workloadId, (tx, locked) =>
        this.transitions.fail(tx, locked, next, error.failure),
      );
      return goOn;
    }
  }

  private pin(context: ReconcileContext, next: DeploymentRow, image: TaggedImage, digest: string): Promise<void> {
    return underLock(context, this.workloads, next.workloadId, async (tx) => {
      const message = `${image.repository}:${image.tag} is ${digest} now`;
      if (await this.transitions.note(tx, next, message)) await this.deployments.setImageDigest(tx, next.id, digest);
    });
  }

  /** A registry that is away is asked again, for as long as somebody who waits would have patience. */
  private async waitFor(
    context: ReconcileContext,
    next: DeploymentRow,
    image: TaggedImage,
    away: RegistryAway,
  ): Promise<Outcome> {
    const since = next.askedSince ?? this.mint.now();
    const patience = this.config.REGISTRY_PATIENCE_SECONDS - (this.mint.now().getTime() - since.getTime()) / 1_000;
    const pause = away.retryAfterSeconds ?? SECONDS_BETWEEN_REQUESTS;
    const isTooLong = pause > patience;
    await underLock(context, this.workloads, next.workloadId, async (tx, workload) => {
      if (isTooLong) return this.transitions.fail(tx, workload, next, unavailable(image, away));
      const againAt = new Date(this.mint.now().getTime() + pause * 1_000);
      await this.deployments.setAsked(tx, next.id, since, againAt);
      const message = `${away.message} It is asked again, for ${this.config.REGISTRY_PATIENCE_SECONDS} s`;
      if (!next.askedSince) await this.transitions.note(tx, next, message);
    });
    return isTooLong ? goOn : lookAgainIn({ seconds: pause });
  }
}

const secondsUntil = (at: Date | null, now: Date): number => (at ? (at.getTime() - now.getTime()) / 1_000 : 0);

/** Undefined: it is known which image it means. */
export function tagToResolve({ source, imageDigest }: DeploymentRow): TaggedImage | undefined {
  return source.kind === 'image' && imageDigest === null ? taggedImage(source.image) : undefined;
}
