import type { RateLimitingConfig } from '../kong/plugin-schemas.js';

const seconds = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;
type Period = keyof typeof seconds;
const periods = Object.keys(seconds) as Period[];

interface Window {
  start: number;
  readonly counts: Map<string, number>;
}

export interface RateDecision {
  readonly allowed: boolean;
  readonly headers: readonly string[];
}

interface Usage {
  readonly period: Period;
  readonly limit: number;
  readonly remaining: number;
  readonly reset: number;
}

/** Kong's `policy: local`: one counter for each calendar period, in memory, that outlives a change of configuration. */
export class RateLimiter {
  private readonly windows = new Map<Period, Window>();

  /** Counts a request that is allowed; one that is refused costs nothing. `identifier` is unique in the plugin's scope. */
  take(config: RateLimitingConfig, identifier: string, now: Date): RateDecision {
    const used = periods.flatMap((period) => this.usage(config, period, identifier, now));
    const exceeded = used.find((usage) => usage.remaining <= 0);
    if (!exceeded) for (const { period } of used) this.count(period, identifier);
    const told = used.map((usage) => {
      const counted = !exceeded || exceeded.period === usage.period;
      return { ...usage, remaining: Math.max(0, usage.remaining - Number(counted)) };
    });
    return { allowed: !exceeded, headers: headersOf(config, told, exceeded !== undefined) };
  }

  private usage(config: RateLimitingConfig, period: Period, identifier: string, now: Date): Usage[] {
    const limit = config[period];
    if (limit === undefined) return [];
    const length = seconds[period] * 1_000;
    const window = this.window(period, Math.floor(now.getTime() / length) * length);
    const reset = Math.max(1, seconds[period] - Math.floor((now.getTime() - window.start) / 1_000));
    return [{ period, limit, remaining: limit - (window.counts.get(identifier) ?? 0), reset }];
  }

  private window(period: Period, start: number): Window {
    const current = this.windows.get(period);
    if (current?.start === start) return current;
    const fresh = { start, counts: new Map<string, number>() };
    this.windows.set(period, fresh);
    return fresh;
  }

  private count(period: Period, identifier: string): void {
    const counts = this.windows.get(period)?.counts;
    counts?.set(identifier, (counts.get(identifier) ?? 0) + 1);
  }
}

function headersOf(config: RateLimitingConfig, usages: readonly Usage[], exceeded: boolean): string[] {
  const tightest = usages.reduce((left, right) => (right.remaining <= left.remaining ? right : left));
  const retry = exceeded ? ['Retry-After', String(tightest.reset)] : [];
  if (config.hide_client_headers) return retry;
  const perPeriod = usages.flatMap(({ period, limit, remaining }) => {
    const name = period[0]?.toUpperCase() + period.slice(1);
    return [`X-RateLimit-Limit-${name}`, String(limit), `X-RateLimit-Remaining-${name}`, String(remaining)];
  });
  const overall = [
    ['RateLimit-Limit', tightest.limit],
    ['RateLimit-Remaining', tightest.remaining],
    ['RateLimit-Reset', tightest.reset],
  ].flatMap(([name, value]) => [String(name), String(value)]);
  return [...perPeriod, ...overall, ...retry];
}
