import { Catch, type INestApplication, type RpcExceptionFilter } from '@nestjs/common';
import { NestMicroservice } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import { EventsTransport } from '../inbox/events-transport.js';

/** Nest's own filter would replace every error by "Internal server error", and the transport must tell them apart. */
@Catch()
class KeepError implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Connects the application's `@EventPattern` handlers to the bus. `app.startAllMicroservices()` starts them, and events
 * come once every `onModuleInit` is done: what a handler needs has to be prepared there.
 * Guards, pipes and filters of the HTTP side do not apply to events.
 */
export function connectEvents(app: INestApplication): void {
  // Handlers are bound when they are started, after the filter was set.
  const options = { inheritAppConfig: false, deferInitialization: true };
  const microservice = app.connectMicroservice({ strategy: app.get(EventsTransport) }, options);
  microservice.useGlobalFilters(new KeepError());
  // The container's start hooks are the application's; a deferred microservice would run them a second time.
  if (microservice instanceof NestMicroservice) microservice.setIsInitHookCalled(true);
}
