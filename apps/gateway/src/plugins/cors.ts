import type { CorsConfig } from '../kong/plugin-schemas.js';

const plainOrigin = /^[A-Za-z0-9.:/-]+$/;

/** What a preflight is made of; absent headers are undefined. */
export interface CorsRequest {
  readonly method: string;
  readonly origin: string | undefined;
  readonly requestMethod: string | undefined;
  readonly requestHeaders: string | undefined;
}

export const isPreflight = (request: CorsRequest): boolean =>
  request.method === 'OPTIONS' && request.origin !== undefined && request.requestMethod !== undefined;

/** Headers of the answer to a preflight. */
export function preflightHeaders(config: CorsConfig, request: CorsRequest): string[] {
  const allowed = config.headers?.length ? config.headers.join(',') : request.requestHeaders;
  return [
    ...originHeaders(config, request.origin),
    ...(allowed ? ['Access-Control-Allow-Headers', allowed] : []),
    'Access-Control-Allow-Methods',
    config.methods.join(','),
    ...(config.max_age === undefined ? [] : ['Access-Control-Max-Age', String(config.max_age)]),
  ];
}

/** Headers added to any other answer; none when the request has no origin. */
export function corsHeaders(config: CorsConfig, origin: string | undefined): string[] {
  if (origin === undefined) return [];
  const exposed = config.exposed_headers ?? [];
  return [
    ...originHeaders(config, origin),
    ...(exposed.length > 0 ? ['Access-Control-Expose-Headers', exposed.join(',')] : []),
  ];
}

function originHeaders(config: CorsConfig, origin: string | undefined): string[] {
  const allowAll = !config.origins?.length || config.origins.includes('*');
  if (!allowAll) {
    const allowed = allowedOrigin(config.origins ?? [], origin);
    const credentials = config.credentials ? ['Access-Control-Allow-Credentials', 'true'] : [];
    return ['Vary', 'Origin', ...(allowed ? ['Access-Control-Allow-Origin', allowed] : []), ...credentials];
  }
  if (!config.credentials || origin === undefined) return ['Access-Control-Allow-Origin', '*'];
  return ['Vary', 'Origin', 'Access-Control-Allow-Origin', origin, 'Access-Control-Allow-Credentials', 'true'];
}

function allowedOrigin(origins: readonly string[], origin: string | undefined): string | undefined {
  const [only] = origins;
  if (origins.length === 1 && only !== undefined && plainOrigin.test(only)) return only;
  if (origin === undefined) return undefined;
  const normalized = normalizeOrigin(origin);
  return origins.some((rule) => originMatches(rule, normalized)) ? normalized.domain : undefined;
}

interface Origin {
  readonly domain: string;
  readonly host: string;
}

function originMatches(rule: string, origin: Origin): boolean {
  if (plainOrigin.test(rule)) return normalizeOrigin(rule).domain === origin.domain;
  const subject = rule.includes(':') ? origin.domain : origin.host;
  return new RegExp(`^(?:${rule.replace(/^\^/, '').replace(/\$$/, '')})$`).test(subject);
}

function normalizeOrigin(text: string): Origin {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname) return { domain: text, host: text };
  return { domain: `${url.protocol}//${url.host}`, host: url.hostname };
}
