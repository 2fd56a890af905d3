/** Where an organization's access events are: restores of the producer's database raise the epoch, each event the version. */
export interface Position {
  readonly epoch: number;
  readonly version: number;
}

/** apply: it is the next. skip: its content is known. gap: something before it is missing, a snapshot must come. */
export type Verdict = 'apply' | 'skip' | 'gap';

/** Where the read copy is. */
export interface StoredPosition extends Position {
  /** An event is missing: what is stored must not be trusted until a snapshot has come. */
  readonly awaitingSnapshot?: boolean;
}

/** What to do with an event, given the position of the read copy. `whole`: the event states everything (a snapshot). */
export function judge(stored: StoredPosition | undefined, event: Position, whole: boolean): Verdict {
  const { epoch, version } = stored ?? { epoch: event.epoch, version: 0 };
  if (event.epoch < epoch) return 'skip';
  if (event.epoch > epoch) return whole ? 'apply' : 'gap';
  if (event.version <= version) return 'skip';
  if (whole) return 'apply';
  // The missing event may come late, but what came after it was passed over.
  return event.version === version + 1 && !stored?.awaitingSnapshot ? 'apply' : 'gap';
}
