import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import type { Caller, WithCaller } from '../caller.js';
import type { Target } from '../permissions/can.js';
import type { Permission } from '../permissions/permissions.js';
import { routeAccess } from './route-access.js';

/** What a request was allowed by: a permission on an object, or (null) on the platform. */
export interface Check {
  readonly permission: Permission;
  readonly target: Target | null;
}

/** Remembers what was asked about which caller, that is about which request. */
@Injectable()
export class ObjectChecks {
  private readonly done = new WeakMap<Caller, Check[]>();

  note(caller: Caller, ...checks: Check[]): void {
    this.done.set(caller, [...this.of(caller), ...checks]);
  }

  has(caller: Caller): boolean {
    return this.done.has(caller);
  }

  of(caller: Caller): readonly Check[] {
    return this.done.get(caller) ?? [];
  }
}

/** Refuses the answer of a route that requires a permission and never asked `Access` about any object. */
@Injectable()
export class ObjectChecksInterceptor implements NestInterceptor {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(ObjectChecks) private readonly checks: ObjectChecks,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const access = routeAccess(this.reflector, context.getHandler(), context.getClass());
    if (access === 'public' || !access?.onObject) return next.handle();
    const { caller } = context.switchToHttp().getRequest<WithCaller>();
    return next.handle().pipe(
      tap(() => {
        if (caller && this.checks.has(caller)) return;
        const route = `${context.getClass().name}.${context.getHandler().name}`;
        throw new Error(
          `${route} requires a permission but never asked Access about an object (or use @Authenticated)`,
        );
      }),
    );
  }
}
