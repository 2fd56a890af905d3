import type { Schemas } from '@berth/api-client';

export const phases = ['queued', 'clone', 'detect', 'build', 'prepare', 'roll', 'shift', 'verify'] as const;
export type Phase = (typeof phases)[number];

type Deployment = Pick<Schemas['Deployment'], 'status' | 'buildId' | 'timeline'>;
type Build = Pick<Schemas['Build'], 'status' | 'startedAt' | 'commit' | 'language'>;

const ofBuild: Readonly<Partial<Record<Schemas['Build']['status'], Phase>>> = {
  queued: 'queued',
  cloning: 'clone',
  detecting: 'detect',
  building: 'build',
  publishing: 'build',
  succeeded: 'build',
};

/** An ended build no longer says how far it came; what it found out does. */
function phaseOfBuild(build: Build): Phase {
  const known = ofBuild[build.status];
  if (known) return known;
  if (build.language !== null) return 'build';
  if (build.commit !== null) return 'detect';
  return build.startedAt === null ? 'queued' : 'clone';
}

const ofDeployment: Readonly<Partial<Record<Schemas['Deployment']['status'], Phase>>> = {
  queued: 'queued',
  preparing: 'prepare',
  rolling: 'roll',
  shifting: 'shift',
  verifying: 'verify',
  live: 'verify',
  retired: 'verify',
};

/** How far a deployment has come; for one that ended badly, how far it is known to have come. */
export function phaseOf(deployment: Deployment, build: Build | undefined): Phase {
  const statuses = deployment.timeline.map((entry) => entry.to);
  const reached = [...statuses, deployment.status].map((status) => ofDeployment[status] ?? 'queued');
  const building = build ? phaseOfBuild(build) : 'queued';
  return furthest([building, ...reached]);
}

const ofBuilds: readonly Phase[] = ['clone', 'detect', 'build'];

/** Phases that a deployment goes through: one without a build starts from an artifact, few share requests. */
export const phasesOf = ({ buildId, canary }: Pick<Schemas['Deployment'], 'buildId' | 'canary'>): readonly Phase[] =>
  phases.filter((phase) => (phase === 'shift' ? canary !== null : buildId !== null || !ofBuilds.includes(phase)));

export const hasEnded = (status: Schemas['Deployment']['status']): boolean =>
  ['live', 'retired', 'failed', 'cancelled', 'superseded'].includes(status);

const furthest = (reached: readonly Phase[]): Phase =>
  phases[Math.max(...reached.map((phase) => phases.indexOf(phase)))] ?? 'queued';
