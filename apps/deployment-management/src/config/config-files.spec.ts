import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { areInTheWay } from '@berth/contracts/common';
import { hiddenIn } from '../secrets/hidden-parts.js';
import { givenIn, overlaid, plainFiles, requireFilesApart } from './config-files.js';
import { plainVariables } from './config-version.js';
import { merged, scopedEntries } from './effective-configs.js';
import { changedFiles } from './file-changes.js';
import { rebase } from './rebase.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (text: string) => ({ value: base64(text) });
const names = fc.constantFrom('./a', './a/b', './a/b/c', './b', 'A', 'B');
const entries = fc.dictionary(
  names,
  fc.integer({ min: 0, max: 2 }).map((value) => ({ value: base64(`${value}`) })),
);
const collides = (record: object): boolean =>
  Object.keys(record).some((one) => Object.keys(record).some((other) => areInTheWay(one, other)));
const apart = entries.filter((record) => !collides(record));

describe('files that meet', () => {
  it('are those of the nearer scope, with what they take the place of gone, and no other', () => {
    fc.assert(
      fc.property(apart, apart, (below, above) => {
        const both = overlaid(below, above);
        expect(collides(both)).toBe(false);
        expect(both).toMatchObject(above);
        for (const [name, entry] of Object.entries(below)) {
          const isKept = !Object.keys(above).some((other) => other === name || areInTheWay(other, name));
          if (isKept) expect(both[name]).toEqual(entry);
        }
      }),
    );
  });

  it('say which scope each is of, as the release has them', () => {
    const layers = {
      organization: { './tls': plain('o'), A: { value: 'o' } },
      project: { './tls/key.pem': plain('p'), './conf/a': plain('p') },
    };
    const own = { './conf': plain('w') };
    expect(scopedEntries(layers, own).map(({ name, scope }) => `${scope} ${name}`)).toEqual([
      ...['workload ./conf', 'project ./tls/key.pem', 'organization A'],
    ]);
    expect(Object.keys(merged(layers, own)).sort()).toEqual(['./conf', './tls/key.pem', 'A']);
    fc.assert(
      fc.property(apart, apart, apart, apart, (organization, project, environment, workload) => {
        const all = { organization, project, environment };
        const scoped = scopedEntries(all, workload).map(({ name, entry }) => [name, entry]);
        expect(Object.fromEntries(scoped)).toEqual(merged(all, workload));
      }),
    );
  });

  it('after a rollback are those that were changed meanwhile', () => {
    const onto = { './conf/a': plain('then'), './other': plain('then') };
    expect(rebase({}, { './conf': plain('since') }, onto)).toEqual({
      ...{ './conf': plain('since'), './other': plain('then') },
    });
  });

  it.each([
    ['./a', './a/b'],
    ['./a/b', './a'],
  ])('in one scope are refused: %s beside %s', (set, there) => {
    const both = { [there]: plain('x'), [set]: plain('y') };
    expect(() => requireFilesApart(both, { [set]: plain('y') })).toThrow(
      expect.objectContaining({
        ...{ code: 'file_in_the_way', status: 422 },
        errors: [expect.objectContaining({ pointer: `/set/${set.replaceAll('/', '~1')}` })],
      }),
    );
    expect(() => requireFilesApart(both, { A: { value: 'y' } })).not.toThrow();
  });
});

describe('what processes are given', () => {
  it('are variables, and files below their folder in an order that is always the same', () => {
    const values = { './b/c': base64('c'), A: '1', './a': base64('a') };
    const files = [
      { path: 'a', content: base64('a') },
      { path: 'b/c', content: base64('c') },
    ];
    expect(givenIn(values)).toEqual({ environment: { A: '1' }, files });
    expect(givenIn({ A: '1' })).toEqual({ environment: { A: '1' } });
  });

  it('and is plain is shown apart', () => {
    const all = { './b': plain('bb'), './a': plain(''), './s': { secretVersionId: 'x' }, A: { value: '1' } };
    expect(plainVariables(all)).toEqual({ A: '1' });
    expect(plainFiles(all)).toEqual([
      { name: './a', bytes: 0, content: '' },
      { name: './b', bytes: 2, content: base64('bb') },
    ]);
  });
});

describe('what a dry run says of files', () => {
  const version = (id: string, number: number) => ({ id, number, name: './s', bytes: 1, createdAt: new Date(0) });
  const versions = [version('one', 1), version('two', 2)];

  it('is what each would change, and nothing of the rest', () => {
    const before = { './a': plain('a'), './s': { secretVersionId: 'one' }, './same': plain('x'), A: { value: '1' } };
    const after = { './b/c': plain('a'), './s': { secretVersionId: 'two' }, './same': plain('x'), A: { value: '2' } };
    const digest = 'sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';
    expect(changedFiles(before, after, versions)).toEqual([
      { path: '/files/a', before: digest, after: null },
      { path: '/files/b~1c', before: null, after: digest },
      { path: '/files/s', before: 'version 1 of a secret', after: 'version 2 of a secret' },
    ]);
    expect(changedFiles({}, { './s': { secretVersionId: 'gone' } }, versions)).toEqual([
      { path: '/files/s', before: null, after: 'a secret' },
    ]);
  });
});

describe('what is hidden of a secret file', () => {
  it('is its text, its base64, and each text in it when it is JSON', () => {
    const account = JSON.stringify({ type: 'account', nested: [{ key: 'line one\nline two' }], number: 7, none: null });
    expect(hiddenIn(base64(account))).toEqual([base64(account), account, 'account', 'line one\nline two']);
    expect(hiddenIn(base64('{ no json'))).toEqual([base64('{ no json'), '{ no json']);
    expect(hiddenIn('')).toEqual(['', '']);
  });
});
