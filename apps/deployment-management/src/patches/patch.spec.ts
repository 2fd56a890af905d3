import type { ProcessSettings } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { misfitOf, withPatch } from './patch.js';

const grace = fc.integer({ min: 15, max: 120 });
const patch = grace.map((seconds) => ({ spec: { terminationGracePeriodSeconds: seconds } }));
const process = fc.constantFrom('web', 'worker', 'clock');
const settings: fc.Arbitrary<ProcessSettings> = fc.dictionary(
  process,
  fc
    .record({ memoryMib: fc.integer({ min: 16, max: 64 }), patch }, { requiredKeys: [] })
    .filter((each) => Object.keys(each).length > 0),
);

describe('the patch of a process type', () => {
  it('is there when it is set, and touches nothing else', () => {
    fc.assert(
      fc.property(settings, process, patch, (before, name, own) => {
        const after = withPatch(before, name, own);
        expect(after[name]).toEqual({ ...before[name], patch: own });
        expect({ ...after, [name]: undefined }).toEqual({ ...before, [name]: undefined });
      }),
    );
  });

  it('leaves nothing behind when it is unset', () => {
    fc.assert(
      fc.property(settings, process, patch, (before, name, own) => {
        const without = withPatch(before, name, null);
        expect(without[name]?.patch).toBeUndefined();
        expect(without[name]?.memoryMib).toBe(before[name]?.memoryMib);
        expect(withPatch(withPatch(before, name, own), name, null)).toEqual(without);
        expect(Object.values(without).every((each) => Object.keys(each).length > 0)).toBe(true);
      }),
    );
  });

  it('may end other processes than web in its own way', () => {
    const ending = (name: string) => ({
      spec: { containers: [{ name, lifecycle: { preStop: { exec: { command: ['true'] } } } }] },
    });
    expect(misfitOf('worker', ending('worker'))).toBeNull();
    expect(misfitOf('web', ending('web'))?.pointer).toBe('/spec/containers/0/lifecycle/preStop');
    expect(misfitOf('web', ending('worker'))?.pointer).toBe('/spec/containers/0/name');
    expect(misfitOf('web', {})).toBeNull();
  });
});
