import type { PodPatch } from '@berth/contracts/common';
import type { DryRun, Release } from '@berth/contracts/deployment';
import { RELEASE_PROCESS } from '@berth/contracts/runtime';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DryRuns } from '../deployments/dry-runs.js';
import { ForeseenFailures } from '../deployments/foreseen-failures.js';
import { ReleaseMaker } from '../releases/release-maker.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { RuntimeState } from '../workloads/runtime-state.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { workloadErrors } from '../workloads/workloads.errors.js';
import { misfitOf, withPatch } from './patch.js';
import { patchErrors } from './patches.errors.js';

const ASK_MILLISECONDS = 15_000;

/** Whether a patch would be taken, before anything is stored. */
@Injectable()
export class PatchTrials {
  constructor(
    private readonly database: Database,
    private readonly runtimes: Runtimes,
    private readonly runtime: RuntimeState,
    private readonly maker: ReleaseMaker,
    private readonly dryRuns: DryRuns,
    private readonly foreseen: ForeseenFailures,
  ) {}

  /** What it would change. @throws 422, 503 when the cluster cannot be asked */
  async require(workload: WorkloadRow, process: string, patch: PodPatch): Promise<DryRun> {
    const misfit = misfitOf(process, patch);
    if (misfit) throw patchErrors.PatchOfOtherProcess(misfit.message, { pointer: misfit.pointer });
    if (!(await this.runtimes.of(workload.id)).patches)
      throw patchErrors.PatchNotSupported('The runtime of this workload makes no pods: there is nothing to patch.');
    const current = await this.maker.currentOf(this.database, workload);
    requireType(process, current);
    const wanted = { ...workload, processSettings: withPatch(workload.processSettings, process, patch) };
    // Before the first release nobody knows which pods there will be: the first deployment asks.
    const content = current && (await this.maker.contentOf(this.database, wanted, renewal));
    if (current && content) await this.requireTaken(wanted, { ...current, ...content });
    const { source } = renewal;
    const dryRun = this.dryRuns.between(wanted, source, current, content ?? null);
    return this.foreseen.in(wanted, { source, processes: content?.processes }, dryRun);
  }

  private async requireTaken(workload: WorkloadRow, release: Release): Promise<void> {
    const refusal = await this.ask(workload, release);
    if (refusal !== null)
      throw patchErrors.PatchRefused(`The cluster does not take it: ${refusal}`, { pointer: '/spec' });
  }

  private async ask(workload: WorkloadRow, release: Release): Promise<string | null> {
    try {
      return await this.runtime.patchRefusal(workload, release, AbortSignal.timeout(ASK_MILLISECONDS));
    } catch (error) {
      if (error instanceof RuntimeUnavailable) throw patchErrors.RuntimeUnavailable(error.message, { retryAfter: 5 });
      throw error;
    }
  }
}

/** Today's release with the settings of now. */
const renewal = { source: { kind: 'scale' as const }, buildResult: null, imageDigest: null };

function requireType(process: string, release: Release | undefined): void {
  const known = release?.processes.map(({ name }) => name).filter((name) => name !== RELEASE_PROCESS);
  if (process !== RELEASE_PROCESS && (known?.includes(process) ?? true)) return;
  const detail = release
    ? `v${release.number} has no process type "${process}" with instances; it has ${known?.join(', ')}.`
    : 'The release command has no instances.';
  throw workloadErrors.ProcessTypeUnknown(detail);
}
