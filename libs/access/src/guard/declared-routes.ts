import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { routeAccess } from './route-access.js';

/** Nest's own metadata key of a method that answers HTTP. */
const HTTP_METHOD = 'method';

/** Stops the start when a route says nothing about who may call it: a forgotten decorator must not become an open door. */
@Injectable()
export class DeclaredRoutes implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const silent = this.discovery.getControllers().flatMap(({ metatype }) => this.silentRoutes(metatype as Type));
    if (silent.length === 0) return;
    throw new Error(`Routes without @Public, @Requires or @Authenticated: ${silent.join(', ')}`);
  }

  private silentRoutes(controller: Type | null): string[] {
    if (!controller) return [];
    const prototype = controller.prototype as Record<string, () => unknown>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => Reflect.hasMetadata(HTTP_METHOD, prototype[name] as object))
      .filter((name) => routeAccess(this.reflector, prototype[name] as () => unknown, controller) === undefined)
      .map((name) => `${controller.name}.${name}`);
  }
}
