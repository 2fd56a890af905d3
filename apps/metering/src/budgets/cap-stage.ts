import type { EnvironmentKind } from '@berth/contracts/events';
import type { CapStage } from '@berth/contracts/metering';

/** In the order in which a cap acts: what serves people last, and nothing before it was told. */
const order: readonly CapStage[] = ['open', 'warned', 'previews', 'non-production', 'production'];

const stopped: Record<CapStage, readonly EnvironmentKind[]> = {
  open: [],
  warned: [],
  previews: ['preview'],
  'non-production': ['development', 'staging'],
  production: ['production'],
};

export interface Cap {
  readonly stage: CapStage;
  /** Since when. */
  readonly stageAt: Date | null;
  /** The month that the stage was reached in. */
  readonly stageMonth: string;
  readonly isCap: boolean;
  readonly graceMinutes: number;
  readonly amount: bigint;
}

export interface Moment {
  readonly now: Date;
  readonly month: string;
  readonly spent: bigint;
}

export type CapStep =
  | { readonly kind: 'stay' }
  | { readonly kind: 'clear' }
  | {
      readonly kind: 'go';
      readonly stage: CapStage;
      readonly stops: readonly EnvironmentKind[];
      readonly stopsNext: readonly EnvironmentKind[];
      readonly stopsNextAt: Date | null;
    };

const MINUTE = 60_000;

/** What a cap does next: at most one step at a time, each a grace after the one before. */
export function stepOf(cap: Cap, { now, month, spent }: Moment): CapStep {
  const isSpent = cap.isCap && spent >= cap.amount;
  if (cap.stage !== 'open' && (!isSpent || cap.stageMonth !== month)) return { kind: 'clear' };
  const grace = cap.graceMinutes * MINUTE;
  const next = after(cap.stage);
  if (!isSpent || !next) return { kind: 'stay' };
  if (cap.stageAt && now.getTime() < cap.stageAt.getTime() + grace) return { kind: 'stay' };
  const then = after(next);
  return {
    ...{ kind: 'go', stage: next, stops: stopped[next], stopsNext: then ? stopped[then] : [] },
    stopsNextAt: then ? new Date(now.getTime() + grace) : null,
  };
}

const after = (stage: CapStage): CapStage | undefined => order[order.indexOf(stage) + 1];
