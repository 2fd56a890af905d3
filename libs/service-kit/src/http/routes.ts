import { Inject, Injectable, type OnModuleInit, type RequestMethod, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { around, type Handler } from './around.js';

/** Nest's own metadata key of a method that answers HTTP. */
const HTTP_METHOD = 'method';

/** A method of a controller that answers HTTP, of one application. */
export class Route {
  constructor(
    readonly controller: Type,
    private readonly instance: Record<string, Handler>,
    readonly methodName: string,
  ) {}

  get name(): string {
    return `${this.controller.name}.${this.methodName}`;
  }

  get handler(): Handler {
    return this.instance[this.methodName] as Handler;
  }

  get method(): RequestMethod {
    return Reflect.getMetadata(HTTP_METHOD, this.handler) as RequestMethod;
  }

  /** As if the decorator stood above the method, but for this application only: others may have the same controller. */
  decorate(decorator: MethodDecorator): void {
    const descriptor: PropertyDescriptor = { value: this.handler };
    if (!Object.hasOwn(this.instance, this.methodName))
      around((handler) => handler.bind(this.instance))(this.instance, this.methodName, descriptor);
    decorator(this.instance, this.methodName, descriptor);
    this.instance[this.methodName] = descriptor.value as Handler;
  }
}

/** Every route of the application, and what encloses them. */
@Injectable()
export class Routes implements OnModuleInit {
  private readonly enclosures: ((route: Route) => void)[] = [];
  private enclosed = false;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {}

  all(): Route[] {
    return this.discovery.getControllers().flatMap((wrapper) => {
      const { metatype, instance } = wrapper as { metatype: Type; instance: Record<string, Handler> };
      const routes = this.routesOf(metatype, instance);
      if (routes.length === 0 || wrapper.isDependencyTreeStatic()) return routes;
      throw new Error(
        `${metatype.name} is made anew for each request: what encloses every route would not enclose its own`,
      );
    });
  }

  /** For constructors: `enclose` will see each route before any request does, and may decorate it. */
  encloseEach(enclose: (route: Route) => void): void {
    this.enclosures.push(enclose);
  }

  /** Called once between the construction of the application and its start: Nest reads the routes before `onModuleInit`. */
  enclose(): void {
    this.enclosed = true;
    for (const route of this.all()) for (const enclose of this.enclosures) enclose(route);
  }

  onModuleInit(): void {
    if (!this.enclosed) throw new Error('the application was not prepared: nothing encloses its routes');
  }

  private routesOf(controller: Type, instance: Record<string, Handler>): Route[] {
    const prototype = controller.prototype as Record<string, Handler>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => Reflect.hasMetadata(HTTP_METHOD, prototype[name] as object))
      .map((name) => new Route(controller, instance, name));
  }
}
