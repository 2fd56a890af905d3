import { lookAgainIn, type Outcome, settled } from '@berth/reconcile';

/** A clock may be set, and a time taken back: nobody sleeps longer than this. */
const LONGEST_SECONDS = 3_600;

/** Does `work` once its time has come, and until then says when to look again. Nothing is due when there is no time. */
export async function onceDue(at: Date | null | undefined, now: Date, work: () => Promise<void>): Promise<Outcome> {
  if (!at) return settled;
  const seconds = Math.ceil((at.getTime() - now.getTime()) / 1_000);
  if (seconds > 0) return lookAgainIn({ seconds: Math.min(seconds, LONGEST_SECONDS) });
  await work();
  return settled;
}
