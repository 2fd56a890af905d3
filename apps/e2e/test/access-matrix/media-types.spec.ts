import { describe, expect, it } from '@jest/globals';
import { untypedIn } from './media-types.js';

describe('an answer', () => {
  it.each([
    ['', undefined, undefined],
    ['{}', 'application/json; charset=utf-8', undefined],
    ['{}', 'application/problem+json', undefined],
    ['{}\n{}\n', 'application/x-ndjson', undefined],
    ['data: 1', 'text/event-stream', undefined],
    ['a,b', 'text/csv; charset=UTF-8', undefined],
    ['%PDF-', 'application/pdf', undefined],
    ['{}', undefined, 'an answer without a media type'],
    ['oops', 'application/json', 'no JSON, told as application/json'],
    ['<p>', 'text/html', 'text/html without its character set'],
    ['<p>', 'text/html; charset=latin1', 'text/html without its character set'],
  ])('of %j as %s: %s', (text, type, problem) => {
    const headers = new Headers(type === undefined ? {} : { 'content-type': type });
    expect(untypedIn({ text, headers })).toBe(problem);
  });
});
