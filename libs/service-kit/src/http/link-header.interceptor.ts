import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';

/** Adds `Link: <...>; rel="next"` (RFC 8288) to every page that has a next one. */
@Injectable()
export class LinkHeaderInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    return next
      .handle()
      .pipe(
        map((answer: unknown) => withLink(answer, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>())),
      );
  }
}

function withLink(answer: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  const cursor = (answer as { next?: unknown } | null)?.next;
  if (typeof cursor !== 'string') return answer;
  const url = new URL(request.url, 'http://berth');
  url.searchParams.set('cursor', cursor);
  void reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  return answer;
}
