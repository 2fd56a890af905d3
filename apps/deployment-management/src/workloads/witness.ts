import type { Failure } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { LogLine } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Clock, maskFor } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { DeploymentRow } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { ReleaseConfigs } from '../releases/release-configs.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { evidenceOf, failureFor, instancesIn, type Rollout } from './rollout.js';
import type { Observation } from './workload-reports.js';

const TAIL = 20;
const OLD_MILLISECONDS = 5_000;
const READ_MILLISECONDS = 2_000;

/** What else was found, beside the instances. */
export interface Said {
  readonly lines: readonly string[];
  /** What keeps it from becoming live. */
  readonly failure?: Failure;
}

/** Of what goes on. */
export const saidOf = ({ hindrance }: Rollout & { kind: 'progressing' }, lines: readonly string[]): Said => ({
  lines,
  ...(hindrance && { failure: hindrance }),
});

/** Keeps what is seen of a deployment while it rolls: when its deadline passes, nobody can look any more. */
@Injectable()
export class Witness {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly configs: ReleaseConfigs,
    private readonly deployments: DeploymentsRepository,
    private readonly clock: Clock,
  ) {}

  /** Writes down states and last log lines, when there is something new or the last look is some seconds old. */
  async note(
    context: ReconcileContext,
    moving: DeploymentRow,
    { observed, view }: Observation,
    { lines: said, failure }: Said,
  ): Promise<void> {
    const seen = observed ? [...instancesIn(observed), ...evidenceOf(observed)] : ['The runtime has not begun.'];
    const hindrance = failure ? [failure.message, ...failure.evidence] : [];
    const states = [...new Set([...seen, ...said, ...hindrance])];
    if (this.isKnown(moving, states)) return;
    const own = new Set(observed?.instances.filter((each) => each.release === moving.release).map((each) => each.id));
    const printed = await this.lastLines(view.workload.id, own, context.signal);
    const mask = view.target ? await this.maskOf(view.target) : (text: string) => text;
    await this.write(context, moving, states, {
      lines: [...states, ...printed].map(mask),
      ...(failure && { failure: maskedBy(mask, failure) }),
    });
  }

  /** The runtime could not be asked. */
  async noteSilence(context: ReconcileContext, moving: DeploymentRow, error: RuntimeUnavailable): Promise<void> {
    const states = [`The runtime could not be asked: ${error.message}`];
    const failure = failureFor('runtime_unavailable', 'The runtime could not be asked.', states);
    if (!this.isKnown(moving, states)) await this.write(context, moving, states, { lines: states, failure });
  }

  /** An app may print what it was told; that must not be stored. */
  async masked(release: Release, failure: Failure): Promise<Failure> {
    return maskedBy(await this.maskOf(release), failure);
  }

  async maskOf(release: Release): Promise<(text: string) => string> {
    return maskFor(await this.configs.secretValuesOf(release));
  }

  private isKnown({ seen }: DeploymentRow, states: readonly string[]): boolean {
    if (!seen || seen.state !== states.join()) return false;
    return this.clock.now().getTime() - Date.parse(seen.at) < OLD_MILLISECONDS;
  }

  private write(
    context: ReconcileContext,
    moving: DeploymentRow,
    states: readonly string[],
    said: Said,
  ): Promise<void> {
    const seen = { at: this.clock.now().toISOString(), state: states.join(), ...said };
    return context.transaction((tx) => this.deployments.setSeen(tx, moving.id, seen));
  }

  /** What instances printed last, as it is. */
  async lastLines(workloadId: string, instances: ReadonlySet<string>, signal: AbortSignal): Promise<string[]> {
    const enough = AbortSignal.any([signal, AbortSignal.timeout(READ_MILLISECONDS)]);
    const lines: LogLine[] = [];
    try {
      const runtime = await this.runtimes.of(workloadId);
      for await (const line of runtime.logs(workloadId, { tail: 10 * TAIL, follow: false }, enough))
        if (instances.has(line.instance)) lines.push(line);
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      return [`The logs could not be read: ${error.message}`];
    }
    return lines.slice(-TAIL).map(({ instance, text }) => `${instance}> ${text}`.slice(0, 2_000));
  }
}

const maskedBy = (mask: (text: string) => string, failure: Failure): Failure => ({
  ...failure,
  message: mask(failure.message),
  evidence: failure.evidence.map(mask),
});
