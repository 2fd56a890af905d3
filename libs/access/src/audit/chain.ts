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

/** Goes along one chain from its first entry, however long it is. */
export class ChainWalk {
  private previousHash = '';
  private sequence = 0;

  /** How many entries were found good. */
  get length(): number {
    return this.sequence;
  }

  /** The next entry's break; undefined when it belongs there. */
  step({ sequence, previousHash, hash, ...content }: AuditEntry): ChainBreak | undefined {
    const expected = this.sequence + 1;
    if (sequence !== expected) return { sequence: expected, reason: 'missing' };
    if (previousHash !== this.previousHash || hash !== linkHash(previousHash, sequence, content))
      return { sequence, reason: 'changed' };
    this.sequence = sequence;
    this.previousHash = hash;
    return undefined;
  }

  /** What is wrong with where the entries ended. */
  end(head: ChainHead): ChainBreak | undefined {
    if (head.sequence !== this.sequence) return { sequence: this.sequence + 1, reason: 'truncated' };
    return head.hash === this.previousHash ? undefined : { sequence: this.sequence, reason: 'changed' };
  }
}

/** Finds the first break of one chain, its entries given in order from the first; undefined when it is whole. */
export function verifyChain(entries: readonly AuditEntry[], head: ChainHead): ChainBreak | undefined {
  const walk = new ChainWalk();
  for (const entry of entries) {
    const broken = walk.step(entry);
    if (broken) return broken;
  }
  return walk.end(head);
}
