import { DomainError } from '@berth/service-kit';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const LIMIT = 16_384;

/** OAuth sends forms (RFC 6749, appendix B). Every other route goes on taking JSON alone. */
export function acceptForms(app: INestApplication): void {
  const server = (app as NestFastifyApplication).getHttpAdapter().getInstance();
  const options = { parseAs: 'string', bodyLimit: LIMIT } as const;
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    options,
    async (request: { url: string }, body: string | Buffer) => parseForm(request.url, body.toString()),
  );
}

function parseForm(url: string, body: string): Record<string, string> {
  if (!url.startsWith('/v1/oauth/'))
    throw new DomainError('unsupported_media_type', 415, 'This route takes application/json.');
  const fields = [...new URLSearchParams(body)];
  const names = fields.map(([name]) => name);
  const isOdd = fields.flat().some((text) => text.includes('\0') || !text.isWellFormed());
  // RFC 6749, section 3.2: no parameter more than once.
  if (new Set(names).size !== names.length || names.includes('__proto__') || isOdd)
    throw new DomainError('malformed_request', 400, 'The form names a field twice, or holds what is no text.');
  return Object.fromEntries(fields.filter(([, value]) => value !== ''));
}
