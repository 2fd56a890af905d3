import { describe, expect, it } from '@jest/globals';
import {
  ApiError,
  ClusterUnreachable,
  isConflict,
  isForbidden,
  isGone,
  isNotFound,
  isRefused,
  isUnauthenticated,
  toApiError,
} from './api-error.js';
import { cannotAsk } from './preflight/unreachable.js';
import { retryDelay } from './retry-delay.js';

const status = (body: object) => JSON.stringify({ kind: 'Status', ...body });
const cutOff = (code: string) => new ClusterUnreachable('gone', { cause: Object.assign(new Error(code), { code }) });

describe('an answer that says no', () => {
  it('is told in the words of the API server', () => {
    const error = toApiError(409, status({ reason: 'Conflict', message: 'owned by kubectl' }));
    expect(error).toMatchObject({
      status: 409,
      reason: 'Conflict',
      message: 'owned by kubectl',
      retryAfterSeconds: null,
    });
  });

  it.each([
    ['HTML', '<html>502 Bad Gateway</html>'],
    ['nothing', ''],
    ['a number', '42'],
    ['null', 'null'],
    ['half an object', '{"reason":'],
  ])('by something between is told with what it said: %s', (_name, text) => {
    expect(toApiError(502, text)).toMatchObject({ status: 502, reason: 'Unknown' });
    expect(toApiError(502, text).message).toBe(`The API server answered 502: ${text}`);
  });

  it('of something between is cut', () => expect(toApiError(502, 'x'.repeat(9_999)).message.length).toBeLessThan(250));

  it.each([
    [undefined, {}, null],
    ['3', {}, 3],
    ['0', {}, 0],
    [undefined, { details: { retryAfterSeconds: 7 } }, 7],
    ['3', { details: { retryAfterSeconds: 7 } }, 3],
    ['Wed, 21 Oct 2026 07:28:00 GMT', {}, null],
  ])('asks to wait: header %s, body %j is %p', (header, body, seconds) => {
    expect(toApiError(429, status(body), header).retryAfterSeconds).toBe(seconds);
  });

  it.each([
    [isNotFound, [404]],
    [isConflict, [409]],
    [isGone, [410]],
    [isUnauthenticated, [401]],
    [isForbidden, [403]],
    [isRefused, [400, 403, 413, 415, 422]],
  ])('is known by its status: %p', (is, statuses) => {
    const all = [400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 500, 503];
    expect(all.filter((each) => is(new ApiError(each, 'Unknown', '')))).toEqual(statuses);
    expect(is(Object.assign(new Error(), { status: statuses[0] }))).toBe(false);
  });
});

describe('a request that failed', () => {
  it.each([
    ['throttled', new ApiError(429, '', '', 2), 1, 2_000],
    ['asked to come back at once', new ApiError(503, '', '', 0), 1, 0],
    ['asked to wait for long', new ApiError(429, '', '', 3_600), 3, 5_000],
    ['throttled too often', new ApiError(429, '', '', 1), 4, null],
    ['unavailable, and nobody says for how long', new ApiError(503, '', ''), 1, null],
    ['broken inside', new ApiError(500, '', '', 1), 1, null],
    ['in conflict', new ApiError(409, '', '', 1), 1, null],
    ['cut off on a kept connection', cutOff('ECONNRESET'), 1, 0],
    ['cut off again', cutOff('ECONNRESET'), 2, null],
    ['written to a closed connection', cutOff('EPIPE'), 1, 0],
    ['refused', cutOff('ECONNREFUSED'), 1, null],
    ['unreachable for no known reason', new ClusterUnreachable('gone'), 1, null],
    ['a bug', new TypeError('oops'), 1, null],
  ])('%s at attempt is sent again when that is right', (_name, error, attempt, delay) => {
    expect(retryDelay(error, attempt)).toBe(delay);
  });
});

describe('a cluster that cannot be asked', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /not from the given authority/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /not from the given authority/],
    ['CERT_HAS_EXPIRED', /has ended/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /for another name/],
    ['ENOTFOUND', /not known here/],
    ['ETIMEDOUT', /^gone$/],
  ])('for %s says what to do', (code, message) => {
    expect(cannotAsk(cutOff(code))).toMatchObject({
      name: 'reachable',
      outcome: 'failed',
      message: expect.stringMatching(message),
    });
    expect(cannotAsk(cutOff(code))?.nextStep).not.toBe('');
  });

  it('for a token that is not taken is another check than for an API server that is ill', () => {
    expect(cannotAsk(new ApiError(401, 'Unauthorized', ''))).toMatchObject({ name: 'accepted', outcome: 'failed' });
    expect(cannotAsk(new ApiError(500, '', 'etcd is away'))).toMatchObject({
      name: 'reachable',
      message: 'It answers 500: etcd is away',
    });
  });

  it('is not what a bug of ours says', () => expect(cannotAsk(new TypeError('oops'))).toBeNull());
});
