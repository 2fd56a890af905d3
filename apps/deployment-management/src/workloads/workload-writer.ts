import { type Caller, changedFrom, concealed } from '@berth/access';
import type { App, Environment, UpdateWorkload } from '@berth/contracts/deployment';
import { workloadCreated, workloadUpdated } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import { CONFIG, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor, Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { Placements } from '../clusters/placements.js';
import type { Config } from '../config.js';
import { hostFor, settingsOf, type WorkloadRow } from './workload.js';
import { workloadErrors } from './workloads.errors.js';
import { type NewWorkload, WorkloadsRepository } from './workloads.repository.js';
import { WORKLOADS } from './workload-queue.js';

const HOST_TRIES = 5;

type References = Pick<NewWorkload, 'appId' | 'environmentId' | 'projectId' | 'organizationId'>;

export interface WorkloadAct {
  readonly by: Actor;
  readonly action:
    | 'workloads:create'
    | 'workloads:update'
    | 'workloads:scale'
    | 'workloads:restart'
    | 'workloads:move'
    | 'workloads:patch'
    | 'workloads:protect'
    | 'workloads:delete'
    | `volumes:${'create' | 'update' | 'delete'}`
    | `domains:${'verify' | 'vouch' | 'release' | 'delete'}`;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** What changes beside the workload's own row, as it was and as it is. */
  readonly beside?: { readonly was: object; readonly is: object };
}

/** Writes a workload and what every change of it leaves behind: event, audit entry, and a key for the reconciler. */
@Injectable()
export class WorkloadWriter {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly queue: WorkQueue,
    private readonly changes: Changes,
    private readonly mint: Mint,
    private readonly placements: Placements,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The caller holds both. @throws 409 when the app has a workload in the environment, or its cluster takes nothing new */
  async create(tx: Tx, app: App, environment: Environment, by: Caller): Promise<WorkloadRow> {
    const { organizationId, projectId } = app;
    const references = { appId: app.id, environmentId: environment.id, projectId, organizationId };
    const id = await this.insert(tx, app.slug, environment.slug, references);
    await this.placements.place(tx, id, environment.id, this.mint.now());
    await this.changes.tell(tx, workloadCreated, {
      subject: id,
      organizationId,
      data: { workloadId: id, ...references },
    });
    const workload = await this.workloads.find(tx, id);
    if (!workload) throw new Error('A workload is gone that was just made.');
    await this.changes.leadElsewhere(tx, organizationId);
    await this.act(tx, workload, { by, action: 'workloads:create' });
    return workload;
  }

  /** A host ends in a hash of the workload's id, short enough to read: one that is taken is left for that of another id. */
  private async insert(tx: Tx, appSlug: string, environmentSlug: string, references: References): Promise<string> {
    for (let tries = 0; tries < HOST_TRIES; tries++) {
      const id = this.mint.id();
      const host = hostFor(appSlug, environmentSlug, id, this.config.PLATFORM_DOMAIN);
      const row = { id, ...references, host, restartToken: this.mint.id(), createdAt: this.mint.now() };
      const outcome = await this.workloads.insert(tx, row);
      if (outcome === 'inserted') return id;
      if (outcome === 'exists') {
        const detail = 'The app has a workload in this environment.';
        throw workloadErrors.WorkloadExists(detail, { pointer: '/environmentId' });
      }
    }
    throw new Error(`${HOST_TRIES} hosts for ${appSlug} in ${environmentSlug} were all taken.`);
  }

  patch(tx: Tx, workload: WorkloadRow, body: UpdateWorkload): Promise<void> {
    const { trackedRef, deadlines, startDeadlineSeconds, strategy } = body;
    return this.workloads.patch(tx, workload.id, {
      ...(trackedRef === undefined ? {} : { trackedRef }),
      ...(deadlines === undefined ? {} : { deadlines }),
      ...(startDeadlineSeconds === undefined ? {} : { startDeadlineSeconds }),
      ...(strategy === undefined ? {} : { strategy }),
    });
  }

  /** After a change of what is desired; `workload` is what it was before. Answers the workload as it is now. */
  async changed(tx: Tx, workload: WorkloadRow, act: WorkloadAct): Promise<WorkloadRow> {
    const { id: workloadId, organizationId, projectId, environmentId, appId } = workload;
    const data = { workloadId, organizationId, projectId, environmentId, appId };
    await this.changes.tell(tx, workloadUpdated, { subject: workloadId, organizationId, data });
    await this.queue.enqueue(tx, WORKLOADS, workloadId, { group: organizationId });
    if (/^(workloads:(move|delete)|domains:)/.test(act.action)) await this.changes.leadElsewhere(tx, organizationId);
    const next = (await this.workloads.find(tx, workloadId)) ?? workload;
    await this.act(tx, workload, act, next);
    return next;
  }

  /** Commands may hold secrets: that they changed is all that is kept. */
  private act(tx: Tx, former: WorkloadRow, act: WorkloadAct, next = former): Promise<void> {
    const { by, action, detail = {}, beside } = act;
    const { id, organizationId } = former;
    const is = action === 'workloads:delete' ? {} : { ...settingsOf(next), ...beside?.is };
    const change = concealed(changedFrom({ ...settingsOf(former), ...beside?.was }, is), 'command');
    const target = { kind: 'workload', id };
    return this.changes.act(tx, { by, action, target, organizationId, detail, change });
  }
}
