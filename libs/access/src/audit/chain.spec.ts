import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuditContent, linkHash, verifyChain } from './chain.js';

const content = (): AuditContent => ({
  entryId: randomUUID(),
  service: 'build',
  organizationId: randomUUID(),
  actor: { kind: 'user', id: randomUUID() },
  action: 'builds:cancel',
  target: { kind: 'build', id: randomUUID() },
  at: new Date(0).toISOString(),
  detail: { n: 1 },
});

function chainOf(length: number): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let sequence = 1; sequence <= length; sequence++) {
    const previousHash = entries.at(-1)?.hash ?? '';
    const each = content();
    entries.push({ ...each, sequence, previousHash, hash: linkHash(previousHash, sequence, each) });
  }
  return entries;
}

const headOf = (entries: readonly AuditEntry[]) => ({ sequence: entries.length, hash: entries.at(-1)?.hash ?? '' });

describe('verifyChain', () => {
  it.each([0, 1, 2, 50])('finds nothing in a whole chain of %i', (length) => {
    const entries = chainOf(length);
    expect(verifyChain(entries, headOf(entries))).toBeUndefined();
  });

  it('finds any one changed field, and where', () => {
    const entries = chainOf(6);
    const changes: ((entry: AuditEntry) => AuditEntry)[] = [
      (entry) => ({ ...entry, entryId: randomUUID() }),
      (entry) => ({ ...entry, service: 'metering' }),
      (entry) => ({ ...entry, organizationId: null }),
      (entry) => ({ ...entry, actor: { ...entry.actor, id: 'x' } }),
      (entry) => ({ ...entry, action: 'builds:read' }),
      (entry) => ({ ...entry, target: { ...entry.target, id: 'x' } }),
      (entry) => ({ ...entry, at: new Date(1).toISOString() }),
      (entry) => ({ ...entry, detail: { n: 2 } }),
      (entry) => ({ ...entry, previousHash: 'f'.repeat(64) }),
      (entry) => ({ ...entry, hash: 'f'.repeat(64) }),
    ];
    fc.assert(
      fc.property(fc.nat(5), fc.nat(changes.length - 1), (place, change) => {
        const tampered = entries.map((entry, i) => (i === place ? (changes[change]?.(entry) ?? entry) : entry));
        expect(verifyChain(tampered, headOf(entries))).toEqual({ sequence: place + 1, reason: 'changed' });
      }),
    );
  });

  it('finds a forged entry whose own hash is right, at the entry after it', () => {
    const entries = chainOf(3);
    const [first, second, third] = entries;
    if (!first || !second || !third) throw new Error('short');
    const { sequence, previousHash, hash: _, ...body } = second;
    const forged = { ...body, detail: { n: 9 } };
    const hash = linkHash(previousHash, sequence, forged);
    const tampered = [first, { ...forged, sequence, previousHash, hash }, third];
    expect(verifyChain(tampered, headOf(entries))).toEqual({ sequence: 3, reason: 'changed' });
  });

  it('finds a chain forged from some entry to the end by its head', () => {
    const entries = chainOf(3);
    const forged = [...entries.slice(0, 2), ...chainOf(3).slice(2)];
    const last = forged[2];
    if (!last) throw new Error('short');
    const { sequence, previousHash: _p, hash: _h, ...body } = last;
    const previousHash = entries[1]?.hash ?? '';
    forged[2] = { ...body, sequence, previousHash, hash: linkHash(previousHash, sequence, body) };
    expect(verifyChain(forged, headOf(entries))).toEqual({ sequence: 3, reason: 'changed' });
  });

  it('finds entries beyond the head', () => {
    const entries = chainOf(3);
    expect(verifyChain(entries, headOf(entries.slice(0, 2)))).toEqual({ sequence: 4, reason: 'truncated' });
  });
});
