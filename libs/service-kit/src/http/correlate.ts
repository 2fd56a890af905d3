import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { v7 } from 'uuid';
import { withCorrelation } from '../logging/correlation.js';

const acceptable = /^[\x21-\x7e]{1,128}$/;

/** Gives each request a correlation id (the caller's `X-Correlation-Id` when it is sane), echoes it, and adds security headers. */
export async function correlate(app: NestFastifyApplication): Promise<void> {
  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const given = request.headers['x-correlation-id'];
      const correlationId = typeof given === 'string' && acceptable.test(given) ? given : v7();
      void reply.header('x-correlation-id', correlationId);
      withCorrelation({ correlationId }, done);
    });
}
