import { DomainError } from '@berth/service-kit';
import type { ConditionStatement } from '../workloads/conditions.js';
import type { DeclarationRow, Mirrored } from './declaration.js';
import { accepted, noConflict, notAccepted, reasonOf } from './declaration-status.js';

/** What a look at an object has come to: what is remembered of it, and what its status says. */
export interface Verdict {
  readonly row: Omit<DeclarationRow, 'key' | 'uid'>;
  readonly mirrored: Mirrored;
  readonly statements: readonly ConditionStatement[];
  /** Something may change that nobody tells of: it is looked at again in so many seconds. */
  readonly againIn: number | null;
}

/** Nothing of what it states could be tried. */
export const refusedVerdict = (
  row: Verdict['row'],
  refusal: ConditionStatement,
  againIn: number | null = null,
): Verdict => ({ row, mirrored: {}, statements: [refusal, noConflict, notThere], againIn });

const notThere: ConditionStatement = {
  ...{ type: 'Ready', status: 'false', reason: 'NotAccepted', message: 'See Accepted' },
};

export interface RefusedChange {
  readonly fields: readonly string[];
  readonly error: DomainError;
  /** Of fields or within them, what exactly it is about; none: the fields say it. */
  readonly places?: readonly string[];
  /** What runs is left as it is. */
  readonly holdsDeployment?: boolean;
}

/** Of the changes that an object asks for these were not made; all others were. */
export class ChangesRefused extends Error {
  constructor(readonly changes: readonly RefusedChange[]) {
    super(changes.map(sentenceOf).join(' '));
  }
}

function sentenceOf({ fields, error, places = [] }: RefusedChange): string {
  const at = places.length === 0 ? '' : ` (at ${namesOf(places)})`;
  return `${namesOf(fields)}${at}: ${error.message}`;
}

/** As whoever writes an object calls them. */
export const namesOf = (fields: readonly string[]): string => fields.map((field) => `spec.${field}`).join(', ');

/** In the words of the API, which would have answered the same. @throws whatever is none of its refusals */
export function refusalOf(error: unknown): ConditionStatement {
  if (error instanceof ChangesRefused) {
    const [first] = error.changes;
    if (first) return notAccepted(reasonOf(first.error.code), `Not in force: ${error.message}`);
  }
  if (error instanceof DomainError) return notAccepted(reasonOf(error.code), error.message);
  throw error;
}

export const acceptance = (refusal: ConditionStatement | null): ConditionStatement => refusal ?? accepted;

/** Of an object whose namespace does not speak for anybody any more. */
export const unheard: Verdict = refusedVerdict(
  { delegationId: null, targetId: null, agreed: {}, seen: '' },
  notAccepted('NotDelegated', 'The namespace does not speak in any project.'),
);
