import { describe, expect, it } from '@jest/globals';
import { holderOf, type Namespace } from './namespace-end.js';

const condition = (type: string, status: 'True' | 'False', message: string) => ({ type, status, message });
const ending = (part: Partial<Namespace>): Namespace => ({
  ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', deletionTimestamp: '2026-11-21T10:00:00Z' } },
  ...part,
});

describe('a namespace that is ending', () => {
  it.each([
    ['only takes its time', {}, null],
    ['empties itself', { status: { conditions: [condition('NamespaceContentRemaining', 'True', 'pods.')] } }, null],
    ['has the finalizer of the cluster', { spec: { finalizers: ['kubernetes'] } }, null],
    [
      'had trouble that is over',
      { status: { conditions: [condition('NamespaceFinalizersRemaining', 'False', 'none')] } },
      null,
    ],
    [
      'holds objects that somebody else finalizes',
      {
        status: { conditions: [condition('NamespaceFinalizersRemaining', 'True', 'example.com/hold in 1 instances')] },
      },
      'example.com/hold in 1 instances',
    ],
    [
      'is finalized by somebody else itself',
      { spec: { finalizers: ['kubernetes', 'example.com/hold'] } },
      'finalizer example.com/hold of the namespace',
    ],
  ] as [string, Partial<Namespace>, string | null][])('%s', (_, part, held) => {
    expect(holderOf(ending(part))).toBe(held);
  });
});
