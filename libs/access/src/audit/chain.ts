import { createHash } from 'node:crypto';
import type { AuditEntry } from '@berth/contracts/events';
import { canonicalJson } from './canonical-json.js';

/** What of an entry does not follow from its place in the chain. */
export type AuditContent = Omit<AuditEntry, 'sequence' | 'previousHash' | 'hash'>;

/** The last link, kept apart from the entries: without it a cut at the end could not be seen. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

export interface ChainBreak {
  readonly sequence: number;
  readonly reason: 'missing' | 'changed' | 'truncated';
}

/** sha256 in hexadecimal over previous hash, sequence and canonical content, separated by line feeds; the statement in audit.ts does the same. */
export const linkHash = (previousHash: string, sequence: number, content: AuditContent): string =>
  createHash('sha256')
    .update(`${previousHash}\n${sequence}\n${canonicalJson(content)}`)
    .digest('hex');

/** Finds the first break of one chain, its entries given in order from the first; undefined when it is whole. */
export function verifyChain(entries: readonly AuditEntry[], head: ChainHead): ChainBreak | undefined {
  let previousHash = '';
  let sequence = 0;
  for (const entry of entries) {
    sequence += 1;
    if (entry.sequence !== sequence) return { sequence, reason: 'missing' };
    const { sequence: _sequence, previousHash: claimed, hash, ...content } = entry;
    if (claimed !== previousHash || hash !== linkHash(previousHash, sequence, content))
      return { sequence, reason: 'changed' };
    previousHash = hash;
  }
  if (head.sequence !== sequence) return { sequence: sequence + 1, reason: 'truncated' };
  return head.hash === previousHash ? undefined : { sequence, reason: 'changed' };
}
