import type { IsolationCheck, IsolationWall } from '@berth/contracts/deployment';

export interface IsolationCheckRow {
  readonly id: string;
  readonly clusterId: string;
  /** What the tenants of the check go by, everywhere, in the place of the ids of an environment. */
  readonly intruderId: string;
  readonly neighbourId: string;
  readonly image: string | null;
  /** Null until it is known. */
  readonly walls: readonly IsolationWall[] | null;
  readonly heldBy: string | null;
  readonly requestedBy: string;
  readonly createdAt: Date;
  /** What is not known by then stays unproven. */
  readonly deadlineAt: Date;
  readonly endedAt: Date | null;
}

/** A pull of an image, a start of two pods, and rounds of attempts. */
export const CHECK_SECONDS = 120;
/** An API server may hear of a wall a moment after it was made: what seems open before that is tried again. */
const SETTLING_SECONDS = 10;

const after = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1_000);

export const deadlineOf = (createdAt: Date): Date => after(createdAt, CHECK_SECONDS);

/** Null in the place of what is not known yet. */
export type Found = readonly (IsolationWall | null)[];

/** Whether what was found is final: later looks would not find anything else. */
export function isFinal(found: Found, { createdAt }: Pick<IsolationCheckRow, 'createdAt'>, now: Date): boolean {
  if (found.includes(null)) return false;
  return found.every((wall) => wall?.outcome !== 'failed') || now >= after(createdAt, SETTLING_SECONDS);
}

/** Passed is only what was proven, wall by wall. */
export function verdictOf(walls: readonly IsolationWall[] | null): IsolationCheck['verdict'] {
  if (walls === null) return null;
  if (walls.some(({ outcome }) => outcome === 'failed')) return 'not-isolated';
  return walls.every(({ outcome }) => outcome === 'passed') ? 'isolated' : 'not-proven';
}

export const wallNames = ['secret', 'token', 'quota', 'pod-security', 'network', 'dns'] as const;

const ONE_DOMAIN = 'Local processes are one trust domain: what one tenant runs can get at what another runs.';

/** Where workloads are processes of one machine. */
export const noWalls: readonly IsolationWall[] = wallNames.map((name) => ({
  ...{
    name,
    outcome: 'failed',
    message: ONE_DOMAIN,
    nextStep: 'Run tenants that do not trust one another on Kubernetes.',
  },
}));

export function toIsolationCheck(row: IsolationCheckRow): IsolationCheck {
  const { intruderId: _i, neighbourId: _n, deadlineAt: _d, createdAt, endedAt, walls, ...rest } = row;
  return {
    ...{ ...rest, verdict: verdictOf(walls), walls: [...(walls ?? [])] },
    ...{ createdAt: createdAt.toISOString(), endedAt: endedAt?.toISOString() ?? null },
  };
}
