import type { SigningKey } from '../signing-keys/signing-key.js';

/** Services hear of a key within a second; twice that, and it may sign. */
const PROPAGATION_MS = 2_000;

export interface KeyPlan {
  /** The newest key that every service has had the time to hear of, when it does not sign yet. */
  readonly activate: string | undefined;
  /** Whether the key that signs has done so for long enough, and no other one is on its way. */
  readonly rotate: boolean;
  /** Whether tokens of some key have all ended. */
  readonly forget: boolean;
  /** When the set must be looked at again for its own sake. */
  readonly nextAt: Date | undefined;
}

/** What to do with the set of keys, once every gateway has it. */
export function planKeys(keys: readonly SigningKey[], now: Date, signsForMs: number): KeyPlan {
  const isPending = keys.some((key) => key.state === 'pending');
  const active = keys.find((key) => key.state === 'active');
  const ends = active ? new Date(active.createdAt.getTime() + signsForMs) : undefined;
  const ready = keys.filter((key) => key.state === 'pending' && signsFrom(key) <= now);
  const times = [
    ...keys.filter((key) => key.state === 'pending').map(signsFrom),
    ...keys.map((key) => key.notAfter).filter((at) => at !== null),
    ...(ends ? [ends] : []),
  ].filter((at) => at > now);
  return {
    activate: ready.at(-1)?.kid,
    rotate: !isPending && ends !== undefined && ends <= now,
    forget: keys.some((key) => key.notAfter !== null && key.notAfter < now),
    nextAt: times.sort((a, b) => a.getTime() - b.getTime())[0],
  };
}

const signsFrom = (key: SigningKey): Date => new Date(key.createdAt.getTime() + PROPAGATION_MS);
