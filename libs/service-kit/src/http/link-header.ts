import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Adds `Link: <...>; rel="next"` (RFC 8288) to every page that has a next one. */
export function linkPages(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preSerialization', (request, reply, answer: { readonly next?: unknown }, done) => {
      if (typeof answer.next === 'string') void reply.header('link', nextOf(request.url, answer.next));
      done(null, answer);
    });
}

function nextOf(requestUrl: string, cursor: string): string {
  const url = new URL(requestUrl, 'http://berth');
  url.searchParams.set('cursor', cursor);
  return `<${url.pathname}${url.search}>; rel="next"`;
}
