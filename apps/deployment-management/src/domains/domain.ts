import type { Domain, DomainCause } from '@berth/contracts/deployment';
import type { Place } from '@berth/contracts/runtime';

/** A host that somebody wants for a workload, or has. */
export interface DomainRow {
  readonly id: string;
  readonly workloadId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly appId: string;
  readonly host: string;
  /** `/`: the whole host, but for longer paths. */
  readonly path: string;
  /** What a TXT record has to say. Known to the world once it does; one for all paths that an environment asks for. */
  readonly token: string;
  readonly state: Domain['state'];
  readonly cause: DomainCause | null;
  readonly message: string | null;
  readonly proof: Domain['proof'];
  /** Since when the host is its own; nobody else gets it until this is null again. */
  readonly verifiedAt: Date | null;
  readonly checkedAt: Date | null;
  /** Since when it asks for a proof. */
  readonly claimedAt: Date;
  /** It goes: with the desired state of this generation its host leads here no more. */
  readonly releasedAt: Date | null;
  readonly releasedGeneration: number | null;
  /** Nobody wants it any more. */
  readonly deletedAt: Date | null;
  readonly createdAt: Date;
  /** How often it was attached; 0: never. The last time from `attachedAt` to `detachedAt`, null: until now. */
  readonly attachment: number;
  readonly attachedAt: Date | null;
  readonly detachedAt: Date | null;
}

const CLAIM_SECONDS = 7 * 86_400;
const SOONEST_SECONDS = 5;
const LATEST_SECONDS = 3_600;

export const challengeNameOf = (host: string): string => `_berth-challenge.${host}`;

/** Where it leads requests from. */
export const placeOf = ({ host, path }: Pick<DomainRow, 'host' | 'path'>): Place =>
  path === '/' ? { host } : { host, path };

/** What was found where the proof should be. `unknown`: it could not be asked. */
export type Found =
  { readonly kind: 'records'; readonly values: readonly string[] } | { readonly kind: 'unknown'; readonly why: string };

/** What a look at the records says of a claim. Nobody is refused because nobody could be asked. */
export type ProofVerdict =
  | { readonly kind: 'proven' }
  | { readonly kind: 'pending'; readonly message: string; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string };

export function verdictOf({ host, token, claimedAt }: DomainRow, found: Found, now: Date): ProofVerdict {
  const seconds = lookAgainAfter(claimedAt, now);
  if (found.kind === 'unknown') return { kind: 'pending', message: `DNS could not be asked: ${found.why}`, seconds };
  if (found.values.includes(token)) return { kind: 'proven' };
  const name = challengeNameOf(host);
  const message = found.values.length === 0 ? `There is no TXT record ${name}` : `No TXT record ${name} has the token`;
  const age = (now.getTime() - claimedAt.getTime()) / 1_000;
  return age < CLAIM_SECONDS ? { kind: 'pending', message, seconds } : { kind: 'failed', message };
}

/** The longer it waits, the more rarely it is looked for: each wait is a fifth of the age. */
export function lookAgainAfter(since: Date, now: Date): number {
  const fifth = Math.floor((now.getTime() - since.getTime()) / 5_000);
  return Math.min(Math.max(fifth, SOONEST_SECONDS), LATEST_SECONDS);
}

export function toDomain(row: DomainRow): Domain {
  const { id, workloadId, organizationId, host, path, token, state, cause, message, proof, createdAt } = row;
  return {
    ...{ id, workloadId, organizationId, host, path, state, cause, message, proof },
    challenge: { type: 'TXT', name: challengeNameOf(host), value: token },
    verifiedAt: row.verifiedAt?.toISOString() ?? null,
    checkedAt: row.checkedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
