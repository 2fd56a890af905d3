import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** OpenAPI 3.1 of every route of an application. */
export function openApiOf(app: NestFastifyApplication, title: string): OpenAPIObject {
  const builder = new DocumentBuilder().setTitle(`Berth ${title}`).setVersion('1').setOpenAPIVersion('3.1.0');
  return SwaggerModule.createDocument(app, builder.addBearerAuth().build(), {
    operationIdFactory: (_, method) => method,
  });
}

/** Serves the document at `/openapi.json`; it is made at the first request, so that the start does not pay for it. */
export function serveOpenApi(app: NestFastifyApplication, title: string): void {
  let document: OpenAPIObject | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_request, reply) => reply.send((document ??= openApiOf(app, title))));
}
