import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeEntries, hashOfEntries } from '../config/config-version.js';
import { defaultHealth, processTypesFor, releaseHash } from './release.js';

const artifact = { kind: 'slug' as const, digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 1 };
const built = [
  { name: 'worker', command: 'work' },
  { name: 'web', command: 'serve' },
];

describe('process types of a release', () => {
  it('are what the source names, with defaults, sorted', () => {
    const size = { cpuMillicores: 250, memoryMib: 256, health: defaultHealth };
    expect(processTypesFor(built, {})).toEqual([
      { name: 'web', command: 'serve', ...size },
      { name: 'worker', command: 'work', ...size },
    ]);
  });

  it('are overruled by the workload, field by field, and settings of types that are not there change nothing', () => {
    const health = { ...defaultHealth, path: '/up' };
    const types = processTypesFor(built, { web: { memoryMib: 64, health }, cron: { memoryMib: 1_000 } });
    expect(types.map((each) => each.name)).toEqual(['web', 'worker']);
    expect(types[0]).toMatchObject({ command: 'serve', cpuMillicores: 250, memoryMib: 64, health: { path: '/up' } });
  });
});

describe('the hash of a release', () => {
  const types = processTypesFor(built, {});
  const [web] = types as [(typeof types)[number]];
  const hash = releaseHash(artifact, 'sha256:c', types);

  it('is the same for the same content, whatever the order of the source', () => {
    expect(releaseHash({ ...artifact, sizeBytes: 9 }, 'sha256:c', processTypesFor(built.toReversed(), {}))).toBe(hash);
  });

  it('is another for each thing that makes a release what it is', () => {
    const others = [
      releaseHash({ ...artifact, digest: `sha256:${'b'.repeat(64)}` }, 'sha256:c', types),
      releaseHash({ ...artifact, kind: 'image' }, 'sha256:c', types),
      releaseHash(artifact, 'sha256:d', types),
      releaseHash(artifact, 'sha256:c', [web]),
      ...[{ command: 'x' }, { cpuMillicores: 1 }, { memoryMib: 1 }, { name: 'x' }].map((change) =>
        releaseHash(artifact, 'sha256:c', [{ ...web, ...change }]),
      ),
      ...[{ path: '/x' }, { intervalSeconds: 9 }, { timeoutSeconds: 9 }, { failureThreshold: 9 }].map((change) =>
        releaseHash(artifact, 'sha256:c', [{ ...web, health: { ...web.health, ...change } }]),
      ),
    ];
    expect(new Set([hash, ...others]).size).toBe(others.length + 1);
  });
});

describe('config entries', () => {
  const textOf = (entries: Record<string, { value: string }>) =>
    JSON.stringify(
      Object.keys(entries)
        .sort()
        .map((name) => [name, entries[name]?.value]),
    );
  const entries = fc.dictionary(fc.string({ minLength: 1 }), fc.record({ value: fc.string() }));

  it('hash the same in any order, and differently when anything differs', () => {
    fc.assert(
      fc.property(entries, entries, (a, b) => {
        const shuffled = Object.fromEntries(Object.entries(a).reverse());
        const same = textOf(a) === textOf(b);
        return hashOfEntries(a) === hashOfEntries(shuffled) && (hashOfEntries(a) === hashOfEntries(b)) === same;
      }),
    );
  });

  it('tell a plain value from a secret of the same text', () => {
    expect(hashOfEntries({ A: { value: 'x' } })).not.toBe(hashOfEntries({ A: { secretVersionId: 'x' } }));
  });

  it('are changed by what is set and unset; set wins', () => {
    const before = { A: { value: '1' }, B: { value: '2' }, C: { value: '3' } };
    expect(changeEntries(before, { B: { value: 'x' }, C: { value: 'y' } }, ['A', 'C', 'Z'])).toEqual({
      B: { value: 'x' },
      C: { value: 'y' },
    });
    expect(before.B).toEqual({ value: '2' });
  });
});
