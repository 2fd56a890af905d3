import { afterwards, around, type Route, Routes } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isChecked } from './object-checks.js';
import { routeAccess } from './route-access.js';

/** Refuses the answer of a route that requires a permission and never asked `Access` about any object. */
@Injectable()
export class CheckedRoutes {
  constructor(
    @Inject(Routes) routes: Routes,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {
    routes.encloseEach((route) => {
      if (this.isOnObject(route)) route.decorate(checked(route.name));
    });
  }

  private isOnObject({ handler, controller }: Route): boolean {
    const access = routeAccess(this.reflector, handler, controller);
    return access !== undefined && access !== 'public' && access.onObject;
  }
}

/** Whoever asks about a caller was given it: it is among the arguments. */
const checked = (route: string): MethodDecorator =>
  around(
    (handler) =>
      function (...args) {
        return afterwards(handler.apply(this, args), (answer) => {
          if (args.some(isChecked)) return answer;
          throw new Error(
            `${route} requires a permission but never asked Access about an object (or use @Authenticated)`,
          );
        });
      },
  );
