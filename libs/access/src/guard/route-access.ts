import { Unguarded, UNGUARDED } from '@berth/service-kit';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Permission } from '../permissions/permissions.js';

const ROUTE_ACCESS = 'berth:route-access';

/** What a route asks of its caller. No permissions: any valid token. */
export type RouteAccess = 'public' | readonly Permission[];

/** The route needs no token. */
export const Public = Unguarded;

/** The route needs any valid token: it concerns only the caller's own. */
export const Authenticated = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(ROUTE_ACCESS, []), ApiBearerAuth());

/**
 * The route needs a token whose scopes hold all of these; OpenAPI says so as `x-permissions`.
 * Whether the caller's role on the object holds them is for `Access.require`, once the object is known.
 */
export const Requires = (...permissions: [Permission, ...Permission[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(ROUTE_ACCESS, permissions), ApiBearerAuth(), ApiExtension('x-permissions', permissions));

type Handler = Parameters<Reflector['get']>[1];

/** What a route declares; undefined when it declares nothing. The method's own declaration wins over its class's. */
export function routeAccess(reflector: Reflector, handler: Handler, controller: Handler): RouteAccess | undefined {
  for (const place of [handler, controller]) {
    if (reflector.get<boolean | undefined>(UNGUARDED, place)) return 'public';
    const declared = reflector.get<readonly Permission[] | undefined>(ROUTE_ACCESS, place);
    if (declared) return declared;
  }
  return undefined;
}
