import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '@berth/access';
import type { ProcessSettings, Release, ScaleWorkload } from '@berth/contracts/deployment';
import { RELEASE_PROCESS } from '@berth/contracts/runtime';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isForeignImage } from '../releases/release.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { Autoscaling, boundsAfter } from './autoscaling.js';
import { ComputeRoom } from './compute-room.js';
import { SizeReleases } from './size-releases.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';
import { workloadErrors } from './workloads.errors.js';
import { WorkloadsRepository } from './workloads.repository.js';

export interface Changed {
  readonly workload: WorkloadRow;
  readonly deploymentId: string | null;
}

/** How much runs: state, counts and bounds change at once and are audited; sizes make a release. */
@Injectable()
export class Scaling {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly releases: ReleasesRepository,
    private readonly sizes: SizeReleases,
    private readonly autoscaling: Autoscaling,
    private readonly writer: WorkloadWriter,
    private readonly room: ComputeRoom,
  ) {}

  /** `workload` was read under its row lock. @throws 422 when a process type is not in the current release, 409 over quota */
  async scale(tx: Tx, workload: WorkloadRow, body: ScaleWorkload, by: Caller): Promise<Changed> {
    const { counts, sizes } = body;
    const release = await this.currentRelease(tx, workload);
    if (release) requireTypes(release, body);
    const processSettings = mergeSettings(workload.processSettings, sizes);
    await this.autoscaling.require(workload, body);
    const autoscaling = boundsAfter(workload.autoscaling, body);
    const wanted = { ...workload, counts: { ...workload.counts, ...counts }, autoscaling, processSettings };
    await this.room.require(tx, workload, wanted);
    if (Object.keys(counts).length > 0) await this.workloads.setCounts(tx, workload.id, counts);
    if (!isDeepStrictEqual(autoscaling, workload.autoscaling))
      await this.workloads.setAutoscaling(tx, workload.id, autoscaling);
    if (Object.keys(sizes).length > 0) await this.workloads.setSizes(tx, workload.id, processSettings);
    const changed = await this.writer.changed(tx, workload, { by, action: 'workloads:scale' });
    const deploymentId = Object.keys(sizes).length > 0 ? await this.sizes.start(tx, changed, by) : null;
    return { workload: changed, deploymentId };
  }

  /** `workload` was read under its row lock. */
  async setState(tx: Tx, workload: WorkloadRow, state: WorkloadRow['state'], by: Caller): Promise<Changed> {
    if (state === 'running') await this.workloads.keepAwake(tx, workload.id);
    if (workload.wantedState === state) return { workload, deploymentId: null };
    await this.room.require(tx, workload, { ...workload, wantedState: state });
    await this.workloads.setState(tx, workload.id, state);
    const changed = await this.writer.changed(tx, workload, { by, action: 'workloads:scale' });
    return { workload: changed, deploymentId: null };
  }

  private async currentRelease(sql: Sql, { currentReleaseId }: WorkloadRow): Promise<Release | undefined> {
    return currentReleaseId === null ? undefined : this.releases.find(sql, currentReleaseId);
  }
}

/** Before the first release nobody knows the types: any name is accepted then. Those of an image are named here, by commands. */
function requireTypes(release: Release, body: ScaleWorkload): void {
  const named = Object.entries(body.sizes).flatMap(([name, { command }]) => (command ? [name] : []));
  const own = isForeignImage(release) ? named : named.filter((name) => name === RELEASE_PROCESS);
  const known = [...release.processes.map((type) => type.name), ...own];
  for (const [part, names] of [
    ['counts', Object.keys(body.counts)],
    ['sizes', Object.keys(body.sizes)],
    ['autoscaling', Object.keys(body.autoscaling)],
  ] as const) {
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const detail = `v${release.number} has no process type "${unknown}"; it has ${known.join(', ')}.`;
    throw workloadErrors.ProcessTypeUnknown(detail, { pointer: `/${part}/${unknown}` });
  }
}

export function mergeSettings(before: ProcessSettings, change: ProcessSettings): ProcessSettings {
  const merged = Object.entries(change).map(([name, settings]) => [name, { ...before[name], ...settings }]);
  return { ...before, ...Object.fromEntries(merged) };
}
