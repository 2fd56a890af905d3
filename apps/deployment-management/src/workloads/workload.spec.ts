import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namespaceFor } from '../environments/environment.js';
import { mergeSettings } from './scaling.js';
import { countOf, deadlinesOf, hostFor, instancesOf } from './workload.js';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const inner = fc.string({ unit: fc.constantFrom(...letters, ...'0123456789-'), maxLength: 38 });
const slug = fc
  .tuple(fc.constantFrom(...letters), inner, fc.constantFrom(...letters, ...'0123456789'))
  .map((parts) => parts.join(''));
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

describe('the host of a workload', () => {
  it('begins with a valid DNS label, whatever the names are', () => {
    fc.assert(
      fc.property(slug, slug, fc.uuid(), (app, environment, id) => {
        const [first, ...rest] = hostFor(app, environment, id, 'apps.example').split('.');
        return label.test(first!) && rest.join('.') === 'apps.example';
      }),
    );
  });

  it('is that of no other workload of the same names', () => {
    fc.assert(
      fc.property(slug, slug, fc.uuid(), fc.uuid(), (app, environment, a, b) => {
        const same = hostFor(app, environment, a, 'x') === hostFor(app, environment, b, 'x');
        return a === b || !same;
      }),
    );
  });

  it('is the same each time, and readable', () => {
    const id = '01a1fc61-6065-7137-9d47-7733547a7539';
    expect(hostFor('web', 'production', id, 'localhost')).toMatch(/^web-production-[0-9a-f]{6}\.localhost$/);
    expect(hostFor('web', 'production', id, 'x')).toBe(hostFor('web', 'production', id, 'x'));
  });
});

describe('the namespace of an environment', () => {
  it('is a valid label, whatever the names are', () => {
    fc.assert(
      fc.property(slug, slug, fc.uuid(), (project, environment, id) =>
        label.test(namespaceFor(project, environment, id)),
      ),
    );
  });

  it('is never shared by two environments, however they are named', () => {
    fc.assert(
      fc.property(slug, slug, slug, slug, fc.uuid(), fc.uuid(), (p, e, q, f, a, b) => {
        return a === b || namespaceFor(p, e, a) !== namespaceFor(q, f, b);
      }),
    );
    // `a-b` + `c` and `a` + `b-c` read the same.
    const [one, two] = [namespaceFor('a-b', 'c', 'id-1'), namespaceFor('a', 'b-c', 'id-2')];
    expect(one.slice(0, 6)).toBe(two.slice(0, 6));
    expect(one).not.toBe(two);
  });
});

describe('how many instances', () => {
  it.each([
    [{}, 'web', 1],
    [{}, 'worker', 0],
    [{ web: 0 }, 'web', 0],
    [{ worker: 3 }, 'worker', 3],
  ])('%j %s', (counts, type, expected) => {
    expect(countOf(counts, type)).toBe(expected);
    expect(instancesOf({ state: 'running', counts }, type)).toBe(expected);
    expect(instancesOf({ state: 'stopped', counts }, type)).toBe(0);
  });
});

it('deadlines that a workload does not name are the defaults', () => {
  expect(deadlinesOf({ deadlines: { rolling: 7 } })).toEqual({
    ...{ queued: 600, buildSlot: 3_600, building: 1_800, preparing: 120, releaseCommand: 600 },
    ...{ rolling: 7, shifting: 600, verifying: 60 },
  });
});

it('settings of a process type keep what a change does not name', () => {
  const before = { web: { memoryMib: 512, command: 'run' }, worker: { cpuMillicores: 100 } };
  expect(mergeSettings(before, { web: { memoryMib: 64 }, cron: { memoryMib: 32 } })).toEqual({
    web: { memoryMib: 64, command: 'run' },
    worker: { cpuMillicores: 100 },
    cron: { memoryMib: 32 },
  });
});
