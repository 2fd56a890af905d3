import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { malformed, parseJson } from './parse-json.js';

const jsonTypes = ['application/json', 'application/merge-patch+json'];

/** Bodies are JSON, whatever else Fastify and Nest would take; a service that takes more says so in its `connect`. */
export function takeJsonOnly(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(jsonTypes, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseJson(body),
  );
  // What a URL says reaches the database, too.
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.url.includes('%00') ? malformed('The URL holds a NUL character.') : undefined);
  });
}
