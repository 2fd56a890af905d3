import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { networkUnproven, reportIn, wallsOf } from './network-walls.js';

const outcomes = (names: boolean, ...reached: string[]) => wallsOf({ names, reached }).map(({ outcome }) => outcome);

describe('what a pod that tried the network says of walls', () => {
  it.each([
    [true, [], ['passed', 'passed']],
    [true, ['neighbour'], ['failed', 'passed']],
    [true, ['metadata'], ['failed', 'passed']],
    [true, ['resolver'], ['passed', 'failed']],
    [false, [], ['not-proven', 'not-proven']],
    [false, ['neighbour'], ['failed', 'not-proven']],
    [false, ['neighbour', 'resolver'], ['failed', 'failed']],
  ])('names %s, reached %j: %j', (names, reached, expected) => {
    expect(outcomes(names, ...reached)).toEqual(expected);
  });

  it('names all that was reached', () => {
    const [network] = wallsOf({ names: true, reached: ['metadata', 'neighbour'] });
    expect(network?.message).toBe("A pod reaches another tenant's pod and the cloud's metadata service.");
  });

  it('is read from a report and from nothing else', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.string()), (names, reached) => {
        expect(reportIn(JSON.stringify({ names, reached }))).toEqual({ names, reached });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => expect(reportIn(text)).toBeNull()));
    for (const other of ['null', '{}', '[]', '{"names":1,"reached":[]}', '{"names":true}'])
      expect(reportIn(other)).toBeNull();
  });

  it('is not proven where it was waited for in vain, and says what for', () => {
    for (const wall of networkUnproven('a pod to start: ErrImagePull'))
      expect(wall).toMatchObject({ outcome: 'not-proven', message: expect.stringContaining('ErrImagePull') });
  });
});
