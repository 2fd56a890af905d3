import { randomUUID } from 'node:crypto';
import type { Deployment, Workload } from '@berth/contracts/deployment';
import type { Api } from '../support/api.js';
import type { Platform } from '../support/platform.js';
import { Repository, webApp } from '../support/repository.js';
import { Gate } from './gate.js';

/** Long enough that no deployment ends by its deadline while it is held. */
const deadlines = { queued: 600, building: 600, preparing: 600, rolling: 600, verifying: 600 };

/** A workload that serves a release and is about to be deployed again, any number of times. */
export class Stage {
  private round = 1;
  private idempotencyKey = randomUUID();

  private constructor(
    readonly platform: Platform,
    readonly api: Api,
    readonly repository: Repository,
    readonly workload: Workload,
  ) {}

  static async set(platform: Platform, api: Api): Promise<Stage> {
    const repository = await Repository.make(webApp('round 1'));
    const workload = await api.workloadFor(repository);
    await api.patchWorkload(workload.id, { startDeadlineSeconds: 300, deadlines });
    await api.deployLive(workload.id);
    return new Stage(platform, api, repository, workload);
  }

  /** Of this round: a release that is started again later finds its own gate open. */
  get gate(): Gate {
    return new Gate(`${this.repository.folder}.gate-${this.round}`);
  }

  /** What the release that is live answers. */
  get former(): string {
    return `round ${this.round}`;
  }

  /** What the release answers that is about to be deployed. */
  get next(): string {
    return `round ${this.round + 1}`;
  }

  /** What was next is live: on to the one after it. */
  nextRound(): void {
    this.round++;
    this.idempotencyKey = randomUUID();
  }

  /** Asks for the next deployment; asked again it is the same one. */
  deploy(): Promise<Deployment> {
    const path = `/v1/workloads/${this.workload.id}/deployments`;
    const headers = { 'idempotency-key': this.idempotencyKey };
    return this.api.call<Deployment>('POST', path, { source: { kind: 'git' } }, headers);
  }

  async deployments(): Promise<Deployment[]> {
    return (await this.api.call<{ items: Deployment[] }>('GET', `/v1/deployments?workload=${this.workload.id}`)).items;
  }
}
