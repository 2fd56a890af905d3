import { describe, expect, it } from '@jest/globals';
import { changeScopedConfig, changeScopedSecrets, changeSecrets } from '../src/deployment.js';
import { describeBody, long, wrongIn } from './support/body.js';

const names = (count: number) => Array.from({ length: count }, (_, index) => `A${index}`);

describe.each([
  ['secrets of a workload', changeSecrets],
  ['variables of a scope', changeScopedConfig],
  ['secrets of a scope', changeScopedSecrets],
] as const)('%s', (_name, schema) => {
  it('change by at least one', () => {
    expect(wrongIn(schema, { set: { A: '' } })).toEqual([]);
    expect(wrongIn(schema, { unset: ['A'] })).toEqual([]);
    for (const nothing of [{}, { set: {} }, { unset: [] }, { set: {}, unset: [] }])
      expect(wrongIn(schema, nothing)).toEqual(['']);
  });

  it.each([
    [{ set: { PORT: '1' } }, '/set/PORT'],
    [{ set: { BERTH_X: '1' } }, '/set/BERTH_X'],
    [{ set: { 'A=B': '1' } }, '/set/A=B'],
    [{ set: { A: long(65_537) } }, '/set/A'],
    [{ set: { A: 'a\0' } }, '/set/A'],
    [{ set: { A: true } }, '/set/A'],
    [{ set: [] }, '/set'],
    [{ unset: ['BERTH_X'] }, '/unset/0'],
    [{ unset: names(501) }, '/unset'],
  ])('never change by %j', (body, pointer) => expect(wrongIn(schema, body)).toContain(pointer));

  it('are never those of an object’s prototype', () => {
    const { data } = schema.safeParse(JSON.parse('{"set": {"__proto__": "x", "A": "1"}}'));
    expect(Object.entries(data?.set ?? {})).toEqual([['A', '1']]);
  });
});

describeBody({
  name: 'a change of variables in a scope',
  schema: changeScopedConfig,
  valid: { set: { A: '1' } },
  takes: [['/apply', true]],
  refuses: [
    ['/apply', 'true'],
    ['/apply', null],
    ['/revokeFormer', true, ''],
  ],
});

describe('what is not asked for does not happen', () => {
  it('to what runs', () => expect(changeScopedConfig.parse({ unset: ['A'] }).apply).toBe(false));

  it('to former versions of secrets', () => {
    expect(changeSecrets.parse({ unset: ['A'] }).revokeFormer).toBe(false);
    expect(changeScopedSecrets.parse({ set: { A: '1' } })).toMatchObject({ apply: false, revokeFormer: false });
  });
});
