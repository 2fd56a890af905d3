import type { DeadLetterAnswer, EventState } from '@berth/contracts/common';
import type { DeadLetter } from '@berth/eventing';
import type { Caller } from '../caller.js';
import type { StoredEventState } from './event-state.repository.js';

/** What is kept for ever says whose decision it was. */
export const by = ({ subjectId }: Caller, reason: string): string => `${reason} (${subjectId})`;

export const answerOf = ({ id, key, event, state, error, attempts, createdAt }: DeadLetter): DeadLetterAnswer => ({
  ...{ id, key, type: event.type, subject: event.subject, organizationId: event.organizationid ?? null },
  ...{ state: state === 'failed' ? 'failed' : 'parked', reason: error, attempts, since: createdAt.toISOString() },
});

export const stateOf = ({ waiting, deadLetters, ...since }: StoredEventState): EventState => ({
  waiting,
  oldestWaitingAt: since.oldestWaitingAt?.toISOString() ?? null,
  accessHeardAt: since.accessHeardAt?.toISOString() ?? null,
  deadLetters,
});
