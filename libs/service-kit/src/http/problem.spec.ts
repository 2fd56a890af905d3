import { ForbiddenException, HttpException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { problem } from '@berth/contracts/common';
import { defineErrors, DomainError } from '../errors/define-errors.js';
import { problemFor, problemOf } from './problem.js';

const errors = defineErrors({ AppNotFound: 404, Gone: 410 });

describe('a problem document', () => {
  it('of a refusal has its code, its status, its sentence and its pointers', () => {
    const refused = errors.AppNotFound('There is no app "a".', { pointer: '/app' });
    expect(problemFor(refused)).toEqual({
      type: 'https://berth.dev/problems/app_not_found',
      title: 'app not found',
      status: 404,
      code: 'app_not_found',
      detail: 'There is no app "a".',
      errors: [{ pointer: '/app', message: 'There is no app "a".' }],
    });
    expect(problemFor(errors.Gone('Gone.'))).not.toHaveProperty('errors');
  });

  it.each([
    [400, 'malformed_request'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [405, 'method_not_allowed'],
    [408, 'request_timeout'],
    [413, 'body_too_large'],
    [414, 'url_too_long'],
    [415, 'unsupported_media_type'],
    [429, 'too_many_requests'],
    [431, 'headers_too_large'],
    [503, 'unavailable'],
    [418, 'http_418'],
  ])('of the status %i alone has the code %s', (status, code) => {
    expect(problemFor(new HttpException('No.', status))).toMatchObject({ status, code, detail: 'No.' });
    expect(problem.safeParse(problemOf(status, 'No.')).success).toBe(true);
  });

  it('of what the server’s own library refuses is the refusal’s, of what it broke at is nobody’s to read', () => {
    const thrown = (statusCode: unknown) => Object.assign(new Error('secret-detail'), { statusCode });
    expect(problemFor(thrown(413))).toMatchObject({ status: 413, code: 'body_too_large', detail: 'secret-detail' });
    for (const status of [200, 399, 500, 599, '404', null]) {
      expect(problemFor(thrown(status))).toMatchObject({ status: 500, code: 'internal' });
      expect(JSON.stringify(problemFor(thrown(status)))).not.toContain('secret-detail');
    }
  });

  it.each([['text'], [undefined], [null], [new TypeError('secret-detail')], [{ message: 'secret-detail' }]])(
    'of what nobody foresaw tells nothing: %p',
    (error) => {
      expect(problemFor(error)).toMatchObject({ status: 500, code: 'internal' });
      expect(JSON.stringify(problemFor(error))).not.toContain('secret-detail');
    },
  );

  it('of a database that is away is 503, and says how to repeat', () => {
    const lost = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
    expect(problemFor(lost)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(problemFor(lost).detail).toMatch(/Idempotency-Key/);
    expect(problemFor(lost).detail).not.toContain('10.0.0.7');
  });

  it('keeps the sentence of an exception of the framework', () => {
    expect(problemFor(new ForbiddenException('Not you.'))).toMatchObject({ code: 'forbidden', detail: 'Not you.' });
  });
});

describe('a closed set of errors', () => {
  it('names each by its words', () => {
    const codes = [errors.AppNotFound(''), errors.Gone('')].map(({ code, name }) => [code, name]);
    expect(codes).toEqual([
      ['app_not_found', 'app_not_found'],
      ['gone', 'gone'],
    ]);
  });

  it('has what is told when to come back, and no pointer that nobody gave', () => {
    const error = errors.Gone('Gone.', { retryAfter: 0 });
    expect(error).toBeInstanceOf(DomainError);
    expect([error.status, error.retryAfter, error.errors]).toEqual([410, 0, []]);
    expect(errors.Gone('', { pointer: '' }).errors).toEqual([{ pointer: '', message: '' }]);
  });
});
