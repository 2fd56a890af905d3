import { describe, expect, it } from '@jest/globals';
import { Blocked, Interrupted, LeaseLost, lookAgainAbout, lookAgainIn, settled } from './outcome.js';
import { finishOf, verdictOf } from './verdict.js';

const open = new AbortController().signal;
const aborted = AbortSignal.abort(new Interrupted('shutdown'));

describe('what a throw means', () => {
  it.each([
    ['a bug or a fault of the world', new Error('no'), open, 'failed'],
    ['something that is no error', 'no', open, 'failed'],
    ['Blocked', new Blocked('ArtifactPending', 'no artifact'), open, 'blocked'],
    ['Blocked after an abort', new Blocked('ArtifactPending', 'no artifact'), aborted, 'blocked'],
    ['anything after an abort', new Error('aborted'), aborted, 'interrupted'],
    ['LeaseLost', new LeaseLost('x'), open, 'lost'],
    ['LeaseLost after an abort', new LeaseLost('x'), aborted, 'lost'],
  ])('%s', (_name, error, signal, kind) => {
    expect(verdictOf(error, signal).kind).toBe(kind);
  });
});

describe('what follows from a run', () => {
  const outcome = (value: typeof settled) => ({ kind: 'outcome', outcome: value }) as const;
  it.each([
    ['settled without resync', outcome(settled), null, { kind: 'done', seconds: null }],
    ['settled with resync', outcome(settled), 300, { kind: 'spread', seconds: 300 }],
    ['look again', outcome(lookAgainIn({ seconds: 5 })), 300, { kind: 'done', seconds: 5 }],
    ['look again some time', outcome(lookAgainAbout({ seconds: 5 })), null, { kind: 'spread', seconds: 5 }],
    [
      'blocked',
      { kind: 'blocked', error: new Blocked('A', 'b') } as const,
      null,
      { kind: 'done', seconds: 60, blockedBy: 'A' },
    ],
    ['interrupted', { kind: 'interrupted' } as const, 300, { kind: 'returned', seconds: 0 }],
    ['failed', { kind: 'failed', error: new Error('x') } as const, 300, { kind: 'failed', seconds: null }],
  ])('%s', (_name, verdict, resync, finish) => {
    expect(finishOf(verdict, resync)).toEqual(finish);
  });
});
