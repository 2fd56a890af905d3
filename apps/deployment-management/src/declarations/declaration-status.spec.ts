import { describe, expect, it } from '@jest/globals';
import { accepted, conflict, notAccepted, reasonOf, statusAfter } from './declaration-status.js';

const first = { before: undefined, generation: 1, mirrored: { id: 'x' }, now: new Date('2026-11-22T00:00:00.500Z') };

describe('the status of a declared object', () => {
  it('states its generation, what there is, and conditions as Kubernetes writes them', () => {
    expect(statusAfter({ ...first, statements: [accepted] })).toEqual({
      ...{ observedGeneration: 1, id: 'x' },
      conditions: [
        {
          ...{ type: 'Accepted', status: 'True', reason: 'Applied', message: accepted.message },
          ...{ observedGeneration: 1, lastTransitionTime: '2026-11-22T00:00:00Z' },
        },
      ],
    });
  });

  it('is written only when it changed, and keeps the moment of a condition whose status did not', () => {
    const before = statusAfter({ ...first, statements: [accepted, conflict('A', 'a')] })!;
    const now = new Date('2026-11-23T00:00:00Z');
    const again = { ...first, before, now };
    expect(statusAfter({ ...again, statements: [accepted, conflict('A', 'a')] })).toBeNull();
    const after = statusAfter({ ...again, statements: [notAccepted('No', 'no'), conflict('B', 'b')] });
    expect(after?.conditions?.map((each) => each.lastTransitionTime)).toEqual([
      ...['2026-11-23T00:00:00Z', '2026-11-22T00:00:00Z'],
    ]);
    expect(statusAfter({ ...again, generation: 2, statements: [accepted] })?.observedGeneration).toBe(2);
  });

  it('names refusals in the words of the API', () => {
    expect(reasonOf('app_slug_taken')).toBe('AppSlugTaken');
  });
});
