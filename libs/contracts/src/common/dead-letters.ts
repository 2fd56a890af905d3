import { z } from 'zod';
import { pageOf } from './page.js';
import { id, instant } from './values.js';

const reason = z.string().trim().min(1).max(1_000);
const key = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, { error: 'must be printable' });

/** An event that a service could not take effect of. It and those behind it wait until somebody decides. */
export const deadLetter = z
  .object({
    /** Of the event. */
    id,
    /** What waits behind it has the same key. */
    key: z.string(),
    type: z.string(),
    subject: z.string(),
    organizationId: id.nullable(),
    /** `failed`: not believed, or an error; `parked`: waits behind one that is. */
    state: z.enum(['failed', 'parked']),
    /** Why, in the words of the service; null while it only waits. */
    reason: z.string().nullable(),
    attempts: z.int().nonnegative(),
    since: instant,
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterAnswer = z.infer<typeof deadLetter>;

export const deadLetterPage = pageOf(deadLetter).meta({ id: 'DeadLetterPage' });

/** Handles the events of a key again, in order, until one fails or none is left. */
export const replayDeadLetters = z.strictObject({ key, reason }).meta({ id: 'ReplayDeadLetters' });
export type ReplayDeadLetters = z.infer<typeof replayDeadLetters>;

export const replayedDeadLetters = z
  .object({
    replayed: z.int().nonnegative(),
    /** Events of the key that still wait; 0: later events of the key are handled as they come. */
    remaining: z.int().nonnegative(),
    /** Why it stopped before the end. */
    error: z.string().nullable(),
  })
  .meta({ id: 'ReplayedDeadLetters' });
export type ReplayedDeadLetters = z.infer<typeof replayedDeadLetters>;

/** Drops one event for ever; what waits behind it waits on until it is replayed. */
export const discardDeadLetter = z.strictObject({ id, reason }).meta({ id: 'DiscardDeadLetter' });
export type DiscardDeadLetter = z.infer<typeof discardDeadLetter>;

/** How far a service is behind, in what it tells and in what it hears. */
export const eventState = z
  .object({
    /** Events that it has told and that have not left for the bus. */
    waiting: z.int().nonnegative(),
    oldestWaitingAt: instant.nullable(),
    /** As of when it knows who may do what; null: it was never told. */
    accessHeardAt: instant.nullable(),
    /** Events that it could not take effect of, and those behind them. */
    deadLetters: z.int().nonnegative(),
  })
  .meta({ id: 'EventState' });
export type EventState = z.infer<typeof eventState>;
