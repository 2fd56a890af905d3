import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { areInTheWay, bytesIn, configName, filePathOf, isFileName, mountPath, podPatch } from '../src/common.js';
import { changeConfig, revokeSecret } from '../src/deployment.js';

const complaintsOf = (set: object): string[] =>
  changeConfig.safeParse({ set }).error?.issues.map(({ path, message }) => `${path.join(' ')}: ${message}`) ?? [];

describe('a name in a config', () => {
  it.each(['A', '_x', './a', './tls/key.pem', './.env', './a/.b/c..d', './user@host+x', `./${'a'.repeat(100)}`])(
    'may be %j',
    (name) => expect(configName.safeParse(name).success).toBe(true),
  );

  it.each([
    ...['', '.', './', './.', './..', '../a', './../a', './a/../b', './a/./b', './a//b', './a/', '/etc/passwd', 'a/b'],
    ...[
      './..data',
      './a/..b',
      './a b',
      './a\\b',
      './ä',
      './a\n',
      './a\0',
      `./${'a'.repeat(101)}`,
      'PORT',
      'BERTH_FILES',
    ],
    `.${'/abc'.repeat(50)}`,
  ])('may not be %j', (name) => expect(configName.safeParse(name).success).toBe(false));

  it('leads to no place but below the folder of files, in one way', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', 'a', '-', ' '), maxLength: 12 }), (text) => {
        const name = `./${text}`;
        if (!configName.safeParse(name).success) return;
        const { pathname } = new URL(`file:///files/${filePathOf(name)}`);
        expect(pathname).toBe(`/files/${filePathOf(name)}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is of a file when it begins with a dot and a slash', () => {
    expect(['./a', 'A', './PORT'].map(isFileName)).toEqual([true, false, true]);
    expect(filePathOf('./tls/key.pem')).toBe('tls/key.pem');
  });

  it('is refused with its own complaint, and so is a value', () => {
    expect(complaintsOf({ './a/../b': '' })).toEqual([expect.stringMatching(/^set \.\/a\/\.\.\/b: must be "\.\/"/)]);
    expect(complaintsOf({ '/etc/x': '' })).toEqual([expect.stringContaining('must be "./"')]);
    expect(complaintsOf({ '1A': '' })).toEqual([
      'set 1A: must be letters, digits and underscores, not starting with a digit',
    ]);
    expect(complaintsOf({ './a': 'no base64!' })).toEqual([expect.stringContaining('set ./a: ')]);
    expect(complaintsOf({ './a': 'A'.repeat(327_684) })).toEqual([expect.stringContaining('set ./a: ')]);
    expect(complaintsOf({ A: 'x'.repeat(65_537) })).toEqual([expect.stringContaining('set A: ')]);
    expect(complaintsOf({ './a': 'A'.repeat(327_680), './empty': '', A: 'no base64!' })).toEqual([]);
  });

  it('of a file is that of a secret, too', () =>
    expect(revokeSecret.safeParse({ name: './tls/key.pem', version: 1 }).success).toBe(true));
});

describe('files', () => {
  it.each([
    ['./a', './a/b', true],
    ['./a/b/c', './a', true],
    ['./a', './ab', false],
    ['./a', './a', false],
    ['./a/b', './a/c', false],
    ['A', 'A/b', false],
  ])('%s and %s: one is a folder for the other: %s', (one, other, expected) =>
    expect(areInTheWay(one, other)).toBe(expected),
  );

  it('have the size of what is in them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) =>
        expect(bytesIn(Buffer.from(bytes).toString('base64'))).toBe(bytes.length),
      ),
    );
  });

  it('lie where neither a volume nor a patch may be', () => {
    expect(['/run/berth', '/run/berth/files', '/run/berths'].map((path) => mountPath.safeParse(path).success)).toEqual([
      ...[false, false, true],
    ]);
    const patch = (path: string) =>
      podPatch.safeParse({
        spec: {
          volumes: [{ name: 'scratch-a', emptyDir: { sizeLimit: '1Mi' } }],
          containers: [{ name: 'web', volumeMounts: [{ name: 'scratch-a', mountPath: path }] }],
        },
      }).success;
    expect([patch('/run/berth/files'), patch('/run/other')]).toEqual([false, true]);
  });
});
