import { describe, expect, it } from '@jest/globals';
import { bigCount, decimal, digest, instant, processName, slug } from '../src/common.js';
import { createApp, createDeployment, scaleWorkload, variableName, workloadQuery } from '../src/deployment.js';

const id = '0193a5b0-0000-7000-8000-000000000001';

describe.each([
  [
    'slug',
    slug,
    ['ab', 'a1', 'my-app', `a${'b'.repeat(39)}`],
    ['a', '1a', 'A1', 'a-', '-a', 'a_b', `a${'b'.repeat(40)}`, 'a\n'],
  ],
  ['process name', processName, ['web', 'w', 'worker-2'], ['', 'Web', '2web', 'a'.repeat(31)]],
  ['digest', digest, [`sha256:${'0'.repeat(64)}`], ['sha256:0', `sha256:${'G'.repeat(64)}`, `md5:${'0'.repeat(64)}`]],
  [
    'instant',
    instant,
    ['2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000+01:00', '2026-13-01T00:00:00.000Z'],
  ],
  ['count', bigCount, ['0', '9007199254740993'], ['-1', '01', '1.0', '', '1e3']],
  ['decimal', decimal, ['0', '12.50', '-0.0000000001'], ['.5', '1.', '1e-7', '+1', 'NaN']],
  [
    'variable name',
    variableName,
    ['A', '_x', 'DATABASE_URL', 'lower'],
    ['1A', 'A-B', '', 'PORT', 'BERTH_X', 'A B', 'a'.repeat(129)],
  ],
] as const)('a %s', (_name, schema, good, bad) => {
  it.each(good.map((value) => [value]))('may be %j', (value) => expect(schema.safeParse(value).success).toBe(true));
  it.each(bad.map((value) => [value]))('may not be %j', (value) => expect(schema.safeParse(value).success).toBe(false));
});

describe('an app', () => {
  const app = (source: object, build = {}) =>
    createApp.safeParse({ projectId: id, slug: 'web', source, ...build }).success;

  it.each(['https://example.com/a.git', 'file:///srv/a', '/srv/a', 'git@example.com:a/b.git'])(
    'may come from %s',
    (url) => {
      expect(app({ kind: 'git', url })).toBe(true);
    },
  );

  it.each(['--upload-pack=touch /tmp/x', '', 'https://example.com/a b', 'https://example.com/\u0000', '-x', 'a\nb'])(
    'may not come from %j',
    (url) => {
      expect(app({ kind: 'git', url })).toBe(false);
    },
  );

  it.each(['-x', '../main', 'a..b', 'main.lock', 'a b', 'a~1', '/a', 'a/'])('may not track the ref %j', (branch) => {
    expect(app({ kind: 'git', url: 'https://example.com/a.git', branch })).toBe(false);
  });

  it.each(['..', 'a/../b', '/etc', 'a/..', '\u0000'])('may not lie in the folder %j', (rootFolder) => {
    expect(app({ kind: 'upload' }, { build: { rootFolder } })).toBe(false);
  });

  it.each(['', 'apps/web', 'a..b', '...'])('may lie in the folder %j', (rootFolder) => {
    expect(app({ kind: 'upload' }, { build: { rootFolder } })).toBe(true);
  });
});

describe('requests', () => {
  it('refuse unknown fields and empty changes', () => {
    expect(createDeployment.safeParse({ source: { kind: 'git', ref: 'main', force: true } }).success).toBe(false);
    expect(scaleWorkload.safeParse({}).success).toBe(false);
    expect(scaleWorkload.safeParse({ counts: { web: -1 } }).success).toBe(false);
    expect(scaleWorkload.safeParse({ counts: { web: 101 } }).success).toBe(false);
    expect(scaleWorkload.safeParse({ counts: { web: 3 } }).success).toBe(true);
  });

  it('for a list name what it is of', () => {
    expect(workloadQuery.safeParse({}).success).toBe(false);
    expect(workloadQuery.parse({ app: id })).toMatchObject({ app: id, limit: 50 });
  });
});
