import { describe, expect, it } from '@jest/globals';
import { remember, valueFor } from './access-memory.js';

describe('remember', () => {
  it('replaces the value of the same organization by a newer one', () => {
    expect(remember(['a@1', 'b@1'], 'a@2')).toEqual(['b@1', 'a@2']);
  });

  it('does not go back when an older answer comes later', () => {
    const values = ['a@10'];
    expect(remember(values, 'a@9')).toBe(values);
    expect(remember(values, 'a@10')).toBe(values);
  });

  it('forgets the oldest of many organizations', () => {
    const many = Array.from({ length: 20 }, (_, index) => `o${index}@1`);
    expect(remember(many, 'new@1')).toEqual([...many.slice(1), 'new@1']);
  });
});

describe('valueFor', () => {
  const values = ['a1@1', 'b2@4'];

  it.each([
    ['the URL names it', { url: '/v1/organizations/a1', body: '' }, 'a1@1'],
    ['the body names it', { url: '/v1/projects', body: '{"organizationId":"a1"}' }, 'a1@1'],
    ['nothing names one', { url: '/v1/projects', body: '' }, 'b2@4'],
  ])('when %s', (_, request, value) => {
    expect(valueFor(values, request)).toBe(value);
  });

  it('is nothing when nothing was seen', () => {
    expect(valueFor([], { url: '', body: '' })).toBeUndefined();
  });
});
