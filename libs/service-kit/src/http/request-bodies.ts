import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { malformed, parseJson } from './parse-json.js';

interface WithRawBody {
  rawBody?: Buffer | undefined;
}

/** Parameter of a route: the bytes of the body as they came, for who signs bytes. Empty when there is no body. */
export const RawBody = createParamDecorator(
  (_: unknown, context: ExecutionContext): Buffer =>
    context.switchToHttp().getRequest<WithRawBody>().rawBody ?? Buffer.alloc(0),
);

const jsonTypes = ['application/json', 'application/merge-patch+json'];

/** Bodies are JSON, whatever else Fastify and Nest would take; a service that takes more says so in its `connect`. */
export function takeJsonOnly(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  server.removeAllContentTypeParsers();
  server.decorateRequest('rawBody', undefined);
  server.addContentTypeParser(jsonTypes, { parseAs: 'buffer' }, async (request: object, body: Buffer) => {
    (request as WithRawBody).rawBody = body;
    return parseJson(body);
  });
  // What a URL says reaches the database, too.
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.url.includes('%00') ? malformed('The URL holds a NUL character.') : undefined);
  });
}
