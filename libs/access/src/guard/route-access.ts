import { Unguarded, UNGUARDED } from '@berth/service-kit';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Permission } from '../permissions/permissions.js';

const ROUTE_ACCESS = 'berth:route-access';

/** What a route that is not public asks of its caller. */
export interface RouteAccess {
  /** That the token's scopes must hold. */
  readonly permissions: readonly Permission[];
  /** Whether the caller's role on an object must be checked, too. */
  readonly onObject: boolean;
}

type DeclaredAccess = RouteAccess | 'public' | undefined;

const declare = (access: RouteAccess): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, access),
    ApiBearerAuth(),
    ...(access.permissions.length > 0 ? [ApiExtension('x-permissions', access.permissions)] : []),
  );

/** The route needs no token. */
export const Public = Unguarded;

/**
 * The route needs a valid token and is about no tenant's object: the caller's own, or what everybody may see.
 * With permissions, the token's scopes must hold them.
 */
export const Authenticated = (...permissions: Permission[]): MethodDecorator & ClassDecorator =>
  declare({ permissions, onObject: false });

/**
 * The route needs a token whose scopes hold all of these, and its handler must ask `Access` about the object before it
 * answers: the answer of one that forgets it is refused with 500. OpenAPI shows the permissions as `x-permissions`.
 */
export const Requires = (...permissions: [Permission, ...Permission[]]): MethodDecorator & ClassDecorator =>
  declare({ permissions, onObject: true });

type Handler = Parameters<Reflector['get']>[1];

/** What a route declares; undefined when it declares nothing. The method's own declaration wins over its class's. */
export function routeAccess(reflector: Reflector, handler: Handler, controller: Handler): DeclaredAccess {
  for (const place of [handler, controller]) {
    if (reflector.get<boolean | undefined>(UNGUARDED, place)) return 'public';
    const declared = reflector.get<RouteAccess | undefined>(ROUTE_ACCESS, place);
    if (declared) return declared;
  }
  return undefined;
}

/** The same, remembered: what a route declares does not change once it answers, and to read it costs as much as a small query. */
export function rememberedAccess(reflector: Reflector): (handler: Handler, controller: Handler) => DeclaredAccess {
  const known = new WeakMap<Handler, WeakMap<Handler, { readonly declared: DeclaredAccess }>>();
  return (handler, controller) => {
    const remembered = known.get(controller)?.get(handler);
    if (remembered) return remembered.declared;
    const declared = routeAccess(reflector, handler, controller);
    const handlers = known.get(controller) ?? new WeakMap();
    known.set(controller, handlers.set(handler, { declared }));
    return declared;
  };
}
