import { describe, expect, it } from '@jest/globals';
import { plugin, type RateLimitingConfig } from '../kong/plugin-schemas.js';
import { RateLimiter } from './rate-limiting.js';

const config = (limits: Record<string, unknown>): RateLimitingConfig =>
  plugin.parse({ name: 'rate-limiting', config: limits }).config as RateLimitingConfig;
const at = (time: string) => new Date(`2026-11-21T${time}Z`);
const header = (headers: readonly string[], name: string) => headers[headers.indexOf(name) + 1];

describe('RateLimiter', () => {
  it('begins anew with the calendar minute, not a minute after the first request', () => {
    const limiter = new RateLimiter();
    const limits = config({ minute: 1 });
    expect(limiter.take(limits, 'a', at('10:00:59.900')).allowed).toBe(true);
    expect(limiter.take(limits, 'a', at('10:00:59.950')).allowed).toBe(false);
    expect(limiter.take(limits, 'a', at('10:01:00.000')).allowed).toBe(true);
  });

  it('keeps callers apart', () => {
    const limiter = new RateLimiter();
    const limits = config({ minute: 1 });
    expect(limiter.take(limits, 'a', at('10:00:00')).allowed).toBe(true);
    expect(limiter.take(limits, 'b', at('10:00:00')).allowed).toBe(true);
    expect(limiter.take(limits, 'a', at('10:00:00')).allowed).toBe(false);
  });

  it('does not count what it refuses', () => {
    const limiter = new RateLimiter();
    const limits = config({ second: 1, minute: 3 });
    for (const second of ['00', '01', '02']) {
      expect(limiter.take(limits, 'a', at(`10:00:${second}`)).allowed).toBe(true);
      expect(limiter.take(limits, 'a', at(`10:00:${second}`)).allowed).toBe(false);
    }
    const refused = limiter.take(limits, 'a', at('10:00:03'));
    expect(refused.allowed).toBe(false);
    expect(header(refused.headers, 'Retry-After')).toBe('57');
  });

  it('tells the tightest limit, and each limit by itself', () => {
    const { headers } = new RateLimiter().take(config({ minute: 100, hour: 2, day: 1_000 }), 'a', at('10:20:30'));
    expect(headers).toEqual([
      ...['X-RateLimit-Limit-Minute', '100', 'X-RateLimit-Remaining-Minute', '99'],
      ...['X-RateLimit-Limit-Hour', '2', 'X-RateLimit-Remaining-Hour', '1'],
      ...['X-RateLimit-Limit-Day', '1000', 'X-RateLimit-Remaining-Day', '999'],
      ...['RateLimit-Limit', '2', 'RateLimit-Remaining', '1', 'RateLimit-Reset', '2370'],
    ]);
  });

  it('hides its headers when told to, but not Retry-After', () => {
    const limiter = new RateLimiter();
    const limits = config({ minute: 1, hide_client_headers: true });
    expect(limiter.take(limits, 'a', at('10:00:30')).headers).toEqual([]);
    expect(limiter.take(limits, 'a', at('10:00:30')).headers).toEqual(['Retry-After', '30']);
  });

  it('never tells to come back in less than a second', () => {
    const limiter = new RateLimiter();
    limiter.take(config({ second: 1 }), 'a', at('10:00:00.999'));
    expect(header(limiter.take(config({ second: 1 }), 'a', at('10:00:00.999')).headers, 'Retry-After')).toBe('1');
  });
});
