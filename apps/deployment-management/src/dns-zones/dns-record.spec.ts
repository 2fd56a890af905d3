import { describe, expect, it } from '@jest/globals';
import { destinationOf, type DnsRecordRow, reportOf, type Serving, workOf } from './dns-record.js';

const at = (cluster: string, address: readonly string[], more: Partial<Serving> = {}): Serving => ({
  ...{ cluster, address, isFirst: false, isOutOfReach: false },
  ...more,
});
const first = { isFirst: true };
const gone = { isOutOfReach: true };
const leads = (...serving: Serving[]) => {
  const to = destinationOf({ host: 'x.example', serving });
  return to.kind === 'values' ? to.values.map(({ type, data }) => `${type} ${data}`) : to.message;
};

describe('where a host is to lead', () => {
  it.each([
    ['one cluster', [at('a', ['192.0.2.2', '192.0.2.1'], first)], ['A 192.0.2.1', 'A 192.0.2.2']],
    ['both kinds of addresses', [at('a', ['2001:DB8:0::1', '192.0.2.1'], first)], ['A 192.0.2.1', 'AAAA 2001:db8::1']],
    ['a name', [at('a', ['gate.example'], first)], ['CNAME gate.example']],
    ['all that serve', [at('a', ['192.0.2.1'], first), at('b', ['192.0.2.2'])], ['A 192.0.2.1', 'A 192.0.2.2']],
    ['one address that two have', [at('a', ['192.0.2.1'], first), at('b', ['192.0.2.1'])], ['A 192.0.2.1']],
    [
      'the first, whose name stands alone',
      [at('b', ['192.0.2.2']), at('a', ['a.example'], first)],
      ['CNAME a.example'],
    ],
    [
      'addresses, where another one has a name',
      [at('a', ['192.0.2.1'], first), at('b', ['b.example'])],
      ['A 192.0.2.1'],
    ],
    ['whoever is reached', [at('a', ['192.0.2.1'], { ...first, ...gone }), at('b', ['192.0.2.2'])], ['A 192.0.2.2']],
    ['where it stood, when nobody is', [at('a', ['192.0.2.1'], { ...first, ...gone })], ['A 192.0.2.1']],
    ['whoever has an address', [at('a', [], first), at('b', ['192.0.2.2'])], ['A 192.0.2.2']],
  ] as const)('is %s', (_, serving, expected) => {
    expect(leads(...serving)).toEqual(expected);
  });

  it('is not known of a cluster that nobody gave an address, nor of no cluster', () => {
    expect(leads(at('berlin', [], first))).toMatch(/berlin: an administrator/);
    expect(leads()).toMatch(/stands on no cluster/);
  });
});

describe('what is to be done about records', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const before = new Date('2026-11-22T11:00:00Z');
  const values = [{ type: 'A', data: '192.0.2.1' }] as const;
  const row = (more: Partial<DnsRecordRow> = {}): DnsRecordRow => ({
    ...{ host: 'x.example', values: [...values], state: 'live', cause: null, message: null },
    ...{ since: now, liveAt: now, checkedAt: now, ...more },
  });
  const wanted = [{ host: 'x.example', serving: [at('a', ['192.0.2.1'], first)] }];
  const nothing = { stated: [], put: [], unknown: [], remove: [] };
  const put = { ...nothing, put: ['x.example'] };
  const stated = { ...put, stated: [{ host: 'x.example', values }] };

  it.each([
    ['nothing of what is live', [row()], nothing],
    ['to look again at what was not looked at for long', [row({ checkedAt: before })], put],
    ['to write what is new', [], stated],
    ['to write what leads elsewhere', [row({ values: [] })], stated],
    ['to try again what waits', [row({ state: 'pending' })], put],
    ['to try again what was refused', [row({ state: 'refused' })], put],
    ['to bring back what was to go', [row({ state: 'leaving' })], stated],
    ['to take away what nobody wants', [row(), row({ host: 'y.example' })], { ...nothing, remove: ['y.example'] }],
  ])('is %s', (_, known, expected) => {
    expect(workOf(wanted, known, before)).toEqual(expected);
  });

  it('is to say of whom nothing is known, and to leave what was written', () => {
    const lost = [{ host: 'x.example', serving: [at('a', [], first)] }];
    const { unknown, ...rest } = workOf(lost, [row()], before);
    expect(unknown).toMatchObject([{ host: 'x.example' }]);
    expect(rest).toEqual({ stated: [], put: [], remove: [] });
  });

  it('ends in what is told of it', () => {
    expect(reportOf({ kind: 'live' })).toEqual({ state: 'live', cause: null, message: null });
    expect(reportOf({ kind: 'waits', message: 'b is late' })).toMatchObject({ state: 'pending', message: 'b is late' });
    expect(reportOf({ kind: 'refused', cause: 'apex', message: 'm' })).toEqual({
      ...{ state: 'refused', cause: 'apex', message: 'm' },
    });
  });
});
