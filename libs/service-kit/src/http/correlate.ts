import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { withCorrelation } from '../logging/correlation.js';
import { Confinement } from '../persistence/confinement.js';

const acceptable = /^[\x21-\x7e]{1,128}$/;

/** What means something for an API that answers no pages (OWASP REST Security Cheat Sheet). */
const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Gives each request a correlation id (the caller's `X-Correlation-Id` when it is sane), echoes it, and adds security headers. */
export function correlate(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const given = request.headers['x-correlation-id'];
      const correlationId = typeof given === 'string' && acceptable.test(given) ? given : randomUUID();
      void reply.headers(securityHeaders).header('x-correlation-id', correlationId);
      const confinement = new Confinement();
      withCorrelation({ correlationId, clientAddress: () => addressOf(request), confinement }, done);
    });
}

/** Asked for by few requests, and after the proxies in front are believed. A Unix socket has none. */
const addressOf = ({ ip }: { readonly ip: string | undefined }): string | undefined => (ip === '' ? undefined : ip);
