import type { Failure } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import { asCanary, type DesiredWorkload, type ObservedInstance, type ObservedWorkload } from '@berth/contracts/runtime';
import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { DeploymentRow } from '../deployments/deployment.js';
import { judgeRollout, mayPass, type Rollout } from '../workloads/rollout.js';
import { RuntimeState } from '../workloads/runtime-state.js';
import { underLock } from '../workloads/under-lock.js';
import { saidOf, type Said, Witness } from '../workloads/witness.js';
import type { Observation } from '../workloads/workload-reports.js';
import { tagToResolve } from '../workloads/tag-resolution.js';
import type { WorkloadRow } from '../workloads/workload.js';
import type { WorkloadView } from '../workloads/workload-views.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { begun, type Canary, counted } from './canary.js';
import { CanarySteps } from './canary-steps.js';
import { isUnpromoted } from './unpromoted.js';
import { type Facts, restartsOf, type Verdict, verdictOn, withoutWeight } from './verdict.js';

const lookAgainSoon = lookAgainIn({ seconds: 1 });
/** Its instances' ends are told by the runtime, and its promotion wakes it: this is how long a lost hint may hide one. */
const lookAgainLater = lookAgainIn({ seconds: 30 });
const goOn = lookAgainIn({ seconds: 0 });

/** One pass over a canary: what is desired and seen, and how far it had come. */
export interface CanaryPass {
  readonly moving: DeploymentRow;
  readonly canary: Canary;
  readonly target: Release;
  readonly observation: Observation & { readonly desired: DesiredWorkload };
  readonly context: ReconcileContext;
}

/** Takes a canary through its steps, one a pass, and back when it fails. Everything that it knows is in the deployment's row. */
@Injectable()
export class Canaries {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly steps: CanarySteps,
    private readonly workloads: WorkloadsRepository,
    private readonly witness: Witness,
    private readonly clock: Clock,
  ) {}

  async step(pass: CanaryPass): Promise<Outcome> {
    switch (pass.canary.state) {
      case 'arriving':
        return this.arrive(pass);
      case 'aborting':
        return this.takeBack(pass, pass.canary.failure);
      case 'waiting':
      case 'stepping':
        return this.judge(pass);
      case 'promoting':
        throw new Error(`Deployment ${pass.moving.id} rolls like any other.`);
    }
  }

  private async arrive(pass: CanaryPass): Promise<Outcome> {
    const { moving, canary, target, observation, context } = pass;
    const arrival = arrivalOf(observation);
    if (arrival.kind === 'progressing') return this.wait(pass, saidOf(arrival, [arrival.message]));
    if (arrival.kind === 'failed') {
      const failure = await this.witness.masked(target, arrival.failure);
      await this.commit(pass, (tx, workload) => this.steps.fail(tx, workload, moving, failure));
      return goOn;
    }
    const traffic = await this.runtime.traffic(moving.workloadId, context.signal);
    const next = begun(canary, restartsOf(instancesOf(pass)), traffic);
    await this.commit(pass, (tx, workload) => this.steps.begin(tx, workload, moving, next));
    return goOn;
  }

  private async judge(pass: CanaryPass): Promise<Outcome> {
    const { moving, target, observation, context } = pass;
    if (!observation.observed || observation.observed.observedGeneration < observation.desired.generation)
      return (await this.follow(pass, pass.canary, withoutWeight(pass.canary, this.factsOf(pass)))) ?? this.wait(pass);
    if (isUnpromoted(moving)) return this.standBy(pass);
    const traffic = await this.runtime.traffic(moving.workloadId, context.signal);
    const canary = counted(pass.canary, traffic, target.number);
    const verdict = verdictOn(canary, this.factsOf(pass));
    const followed = await this.follow(pass, canary, verdict);
    if (followed) return followed;
    const kept = (verdict.kind === 'wait' && verdict.canary) || canary;
    // Who promotes it writes meanwhile, and nobody else.
    if (canary.state === 'waiting') return this.wait(pass);
    if (kept !== canary || JSON.stringify(canary.counters) !== JSON.stringify(pass.canary.counters))
      await this.commit(pass, (tx, workload) => this.steps.keep(tx, workload, moving, kept));
    return this.wait(pass);
  }

  /** It may wait for days, and answers nobody: there is nothing to count. */
  private async standBy(pass: CanaryPass): Promise<Outcome> {
    const followed = await this.follow(pass, pass.canary, verdictOn(pass.canary, this.factsOf(pass)));
    if (followed) return followed;
    await this.wait(pass);
    return lookAgainLater;
  }

  /** Undefined: nothing is to be done. */
  private async follow(pass: CanaryPass, canary: Canary, verdict: Verdict): Promise<Outcome | undefined> {
    if (verdict.kind === 'wait') return undefined;
    if (verdict.kind === 'abort') return this.abort(pass, canary, verdict.failure);
    const { canary: next, message } = verdict;
    await this.commit(pass, (tx, workload) => this.steps.goOn(tx, workload, pass.moving, next, message));
    return goOn;
  }

  private async abort(pass: CanaryPass, canary: Canary, found: Failure): Promise<Outcome> {
    const { moving, target, context } = pass;
    const own = new Set(instancesOf(pass).map(({ id }) => id));
    const printed = await this.witness.lastLines(moving.workloadId, own, context.signal);
    const failure = await this.witness.masked(target, { ...found, evidence: [...found.evidence, ...printed] });
    await this.commit(pass, (tx, workload) => this.steps.abort(tx, workload, moving, canary, failure));
    return goOn;
  }

  /** It ends as failed when the former release serves everything, seen by its instances and through its route. */
  private async takeBack(pass: CanaryPass, failure: Failure | null): Promise<Outcome> {
    const { moving, observation, context } = pass;
    const { desired, observed } = observation;
    if (!failure) throw new Error(`Deployment ${moving.id} is taken back without a reason.`);
    const back = judgeRollout(desired, observed);
    if (back.kind === 'progressing') return this.wait(pass, saidOf(back, [back.message]));
    const silence =
      back.kind === 'failed' ? back.failure.message : await this.runtime.silentRoute(desired, context.signal);
    if (silence !== null && back.kind !== 'failed') return this.wait(pass, { lines: [silence] });
    const proof = silence ?? proofOf(desired);
    const ended = { ...failure, evidence: [...failure.evidence, proof].slice(-50) };
    await this.commit(pass, (tx, workload) => this.steps.fail(tx, workload, moving, ended));
    return goOn;
  }

  private factsOf(pass: CanaryPass): Facts {
    const { target, observation } = pass;
    const wanted = observation.desired.canary?.process.instances ?? 0;
    return {
      now: this.clock.now(),
      instances: instancesOf(pass),
      wanted,
      trouble: finalTrouble(observation.observed),
      weight: observation.observed?.canaryWeight ?? 0,
      isAwaited: isAwaited(observation.view),
      isWanted: observation.view.workload.state === 'running' && wanted > 0,
      numbers: { canary: target.number, former: observation.desired.release.number },
    };
  }

  /** Of an arrival at a step: what keeps the instances of the step from being there, unless anything else is said. */
  private async wait(pass: CanaryPass, said: Said = hindranceTo(pass)): Promise<Outcome> {
    const { context, moving, observation } = pass;
    await this.witness.note(context, moving, observation, said);
    return lookAgainSoon;
  }

  private commit(
    { moving, context }: CanaryPass,
    step: (tx: Tx, workload: WorkloadRow) => Promise<unknown>,
  ): Promise<void> {
    return underLock(context, this.workloads, moving.workloadId, step);
  }
}

const isAwaited = ({ next }: WorkloadView): boolean =>
  next !== undefined && next.source.kind !== 'release' && !tagToResolve(next);

/** What was seen when all requests were back with the former release. */
function proofOf({ release, processes }: DesiredWorkload): string {
  if (processes.every(({ instances }) => instances === 0)) return 'Nothing of it runs any more: it is stopped.';
  return `v${release.number} serves all requests again: its instances are ready and its route answers.`;
}

/** Whether its own instances are there, whatever else runs. */
function arrivalOf({ desired, observed }: CanaryPass['observation']): Rollout {
  const canary = asCanary(desired);
  if (!canary) throw new Error(`${desired.workloadId} has no canary.`);
  return judgeRollout(canary, observed && { ...observed, instances: ofRelease(observed, canary) });
}

/** What may pass is waited for here as it is in a rollout: its instances count as missing meanwhile. */
const finalTrouble = (observed: ObservedWorkload | null): ObservedWorkload['trouble'] =>
  observed?.trouble && !mayPass(observed.trouble) ? observed.trouble : null;

function hindranceTo({ observation }: CanaryPass): Said {
  if (!asCanary(observation.desired)) return { lines: [] };
  const arrival = arrivalOf(observation);
  return arrival.kind === 'progressing' ? saidOf(arrival, []) : { lines: [] };
}

const ofRelease = ({ instances }: ObservedWorkload, { release }: DesiredWorkload): ObservedInstance[] =>
  instances.filter((each) => each.releaseHash === release.hash && each.release === release.number);

const instancesOf = ({ target, observation }: CanaryPass): ObservedInstance[] =>
  (observation.observed?.instances ?? []).filter(
    ({ release, state }) => release === target.number && state !== 'stopping',
  );
