import type { Failure } from '@berth/contracts/common';
import type { DeploymentPhase } from '@berth/contracts/events';
import type { WorkloadRow } from '../workloads/workload.js';
import { awaitsPromotion } from '../canaries/canary.js';
import type { DeploymentRow } from './deployment.js';

const nextSteps: Readonly<Record<DeploymentPhase, string>> = {
  queued: 'Wait until other builds of the organization have ended, or ask an administrator for more builds at once.',
  building: 'Read the log of the build (berth deployments logs); make it faster, or raise the deadline of building.',
  preparing: 'Deploy again; if it persists, ask the administrator of the platform.',
  rolling: 'Read the evidence and the logs (berth logs); if the app only needs longer, raise the deadline of rolling.',
  shifting:
    'Read the evidence; if the app only needs longer, raise the deadline of shifting, or hold its steps for less long.',
  verifying: 'Let the app answer HTTP on the port in PORT; if it only needs longer, raise the deadline of verifying.',
};

/** Why a deployment that overran the deadline of its phase did so, as far as anybody has seen. */
export function timeoutOf(
  workload: Pick<WorkloadRow, 'conditions' | 'host'>,
  deployment: Pick<DeploymentRow, 'status' | 'buildId' | 'seen' | 'canary'>,
  phase: DeploymentPhase,
): Failure {
  const failure = deployment.canary?.failure;
  if (failure) return { ...failure, evidence: [...failure.evidence, NOT_PROVEN].slice(-50) };
  const waitedFor = deployment.seen?.failure;
  if (waitedFor) return { ...waitedFor, message: `${waitedFor.message} ${NOT_IN_TIME}`.slice(0, 1_000) };
  const isUnpromoted = deployment.canary?.state === 'waiting' && awaitsPromotion(deployment.canary);
  const evidence = [...conditionsOf(workload), ...evidenceIn(phase, workload, deployment)];
  return {
    cause: 'timeout',
    message: isUnpromoted ? 'Nobody promoted it in time.' : `It took longer in ${phase} than its deadline allows.`,
    evidence: evidence.slice(-50).map((line) => line.slice(0, 2_000)),
    nextStep: isUnpromoted ? PROMOTE : nextSteps[phase],
  };
}

const PROMOTE =
  'Deploy again and promote it (berth deployments promote), or let it wait for longer (berth apps set-strategy blue-green --manual).';
const NOT_PROVEN = 'The former release was not seen to serve everything again within the deadline of rolling.';

const NOT_IN_TIME = 'It was waited for until the deadline of its phase.';

const conditionsOf = ({ conditions }: Pick<WorkloadRow, 'conditions'>): string[] =>
  conditions.map((condition) => `${condition.type}: ${condition.message}`);

function evidenceIn(
  phase: DeploymentPhase,
  { host }: Pick<WorkloadRow, 'host'>,
  { buildId, seen }: Pick<DeploymentRow, 'buildId' | 'seen'>,
): readonly string[] {
  switch (phase) {
    case 'queued':
      return [
        buildId ? `Build ${buildId} was given no place to run.` : 'Another deployment of the workload did not end.',
      ];
    case 'building':
      return [`Build ${buildId} told nothing of its end.`];
    case 'preparing':
      return ['Its release was made, and no instance was touched.'];
    case 'rolling':
    case 'shifting':
      return seen?.lines ?? ['Nothing was seen of its instances.'];
    case 'verifying':
      return [...(seen?.lines ?? []), `${host} did not answer through its route.`];
  }
}
