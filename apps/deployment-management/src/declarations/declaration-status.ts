import { isDeepStrictEqual } from 'node:util';
import type { ConditionStatement } from '../workloads/conditions.js';
import type { DeclaredStatus, KubeCondition, Mirrored } from './declaration.js';

export interface StatusInput {
  readonly before: DeclaredStatus | undefined;
  readonly generation: number;
  readonly mirrored: Mirrored;
  readonly statements: readonly ConditionStatement[];
  readonly now: Date;
}

const words = { true: 'True', false: 'False', unknown: 'Unknown' } as const;

/** The whole status that an object should have; null when it has it. */
export function statusAfter({ before, generation, mirrored, statements, now }: StatusInput): DeclaredStatus | null {
  const conditions = statements.map((statement): KubeCondition => {
    const { type, reason, message } = statement;
    const status = words[statement.status];
    const former = before?.conditions?.find((each) => each.type === type);
    const lastTransitionTime = former?.status === status ? former.lastTransitionTime : instantOf(now);
    return { type, status, reason, message, observedGeneration: generation, lastTransitionTime };
  });
  const after: DeclaredStatus = { observedGeneration: generation, ...mirrored, conditions };
  return isDeepStrictEqual(after, before) ? null : after;
}

/** To the second, as Kubernetes writes them. */
const instantOf = (now: Date): string => now.toISOString().replace(/\.\d+Z$/, 'Z');

export const accepted: ConditionStatement = {
  ...{ type: 'Accepted', status: 'true', reason: 'Applied', message: 'What it states is so' },
};

export const notAccepted = (reason: string, message: string): ConditionStatement => ({
  ...{ type: 'Accepted', status: 'false', reason, message },
});

export const noConflict: ConditionStatement = {
  ...{ type: 'Conflict', status: 'false', reason: 'None', message: 'Nobody has stated otherwise' },
};

export const conflict = (reason: string, message: string): ConditionStatement => ({
  ...{ type: 'Conflict', status: 'true', reason, message },
});

/** `app_slug_taken` as a reason of Kubernetes. */
export const reasonOf = (code: string): string =>
  code.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
