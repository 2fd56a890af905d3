import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConfigEntries, type ConfigEntry, hashOfEntries } from '../config/config-version.js';
import { desiredLinks, entryNameOf, linksIn, toLink, withoutGone } from './link.js';

const app = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/);
const links = fc.dictionary(app, fc.constantFrom('1', '2', '3', '4'));
const variables = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.record({ value: fc.string() }));
const entriesOf = (linked: Readonly<Record<string, string>>, plain: ConfigEntries = {}): ConfigEntries => ({
  ...plain,
  ...Object.fromEntries(
    Object.entries(linked).map(([name, linkTo]): [string, ConfigEntry] => [entryNameOf(name), { linkTo }]),
  ),
});

describe('links in a config', () => {
  it('are found among variables, sorted, and leave those alone', () => {
    fc.assert(
      fc.property(links, variables, (linked, plain) => {
        const sorted = Object.entries(linked).sort(([a], [b]) => (a < b ? -1 : 1));
        const found = linksIn(entriesOf(linked, plain));
        expect(found).toEqual(sorted.map(([name, workloadId]) => ({ app: name, workloadId })));
      }),
    );
  });

  it('make another config', () => {
    const linked: Readonly<Record<string, string>>[] = [{}, { billing: '1' }, { billing: '2' }, { orders: '1' }];
    const hashes = linked.map((each) => hashOfEntries(entriesOf(each)));
    expect(new Set([...hashes, hashOfEntries({ 'link/billing': { value: '1' } })]).size).toBe(5);
  });

  it('go when what they led to is gone, and nothing else does', () => {
    fc.assert(
      fc.property(links, variables, fc.subarray(['1', '2', '3', '4']), (linked, plain, present) => {
        const { entries, gone } = withoutGone(entriesOf(linked, plain), new Set(present));
        const left = Object.entries(linked).filter(([, id]) => present.includes(id));
        expect(entries).toEqual(entriesOf(Object.fromEntries(left), plain));
        expect([...gone, ...left.map(([name]) => name)].sort()).toEqual(Object.keys(linked).sort());
      }),
    );
  });

  it('are told with the variables that lead there', () => {
    const told = { app: 'billing-api', workloadId: '1' };
    expect(toLink(told)).toEqual({ ...told, variables: ['BILLING_API_URL', 'BILLING_API_HOST', 'BILLING_API_PORT'] });
  });
});

describe('what the runtime opens', () => {
  const hosts = new Map([
    ['1', 'one.localhost'],
    ['2', 'two.localhost'],
  ]);
  const [one, two, lost] = [
    { app: 'one', workloadId: '1' },
    { app: 'two', workloadId: '2' },
    { app: 'lost', workloadId: '3' },
  ] as const;
  const opened = { workloadId: '1', name: 'one', host: 'one.localhost' };

  it('is what the release says, and for a while what the one before said', () => {
    const former = { workloadId: '2', name: 'two', host: 'two.localhost', isFormer: true };
    expect(desiredLinks([one], [], hosts)).toEqual([opened]);
    expect(desiredLinks([one], [one, two], hosts)).toEqual([opened, former]);
    expect(desiredLinks([], [two], hosts)).toEqual([former]);
  });

  it('is nothing where nothing is', () => expect(desiredLinks([one, lost], [lost], hosts)).toEqual([opened]));
});
