import { problem } from '@berth/contracts/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { withProblems } from './with-problems.js';

/** OpenAPI 3.1 of every route of an application. What a route answers when it refuses or fails is a problem document. */
export function openApiOf(app: NestFastifyApplication, title: string): OpenAPIObject {
  const builder = new DocumentBuilder().setTitle(`Berth ${title}`).setVersion('1').setOpenAPIVersion('3.1.0');
  const document = SwaggerModule.createDocument(app, builder.addBearerAuth().build(), {
    operationIdFactory: (_, method) => method,
  });
  return withProblems(document, z.toJSONSchema(problem).$defs ?? {});
}

/** Serves the document at `/openapi.json`; it is made at the first request, so that the start does not pay for it. */
export function serveOpenApi(app: NestFastifyApplication, title: string): void {
  let document: OpenAPIObject | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_request, reply) => reply.send((document ??= openApiOf(app, title))));
}
