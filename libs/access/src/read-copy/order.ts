/** Where an organization's access events are: restores of the producer's database raise the epoch, each event the version. */
export interface Position {
  readonly epoch: number;
  readonly version: number;
}

/** apply: it is the next. skip: its content is known. gap: something before it is missing, a snapshot must come. */
export type Verdict = 'apply' | 'skip' | 'gap';

/** What to do with an event, given the position of the read copy. `whole`: the event states everything (a snapshot). */
export function judge(stored: Position | undefined, event: Position, whole: boolean): Verdict {
  const { epoch, version } = stored ?? { epoch: event.epoch, version: 0 };
  if (event.epoch < epoch) return 'skip';
  if (event.epoch > epoch) return whole ? 'apply' : 'gap';
  if (event.version <= version) return 'skip';
  return whole || event.version === version + 1 ? 'apply' : 'gap';
}
