import { Routes } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { routeAccess } from './route-access.js';

/** Stops the start when a route says nothing about who may call it: a forgotten decorator must not become an open door. */
@Injectable()
export class DeclaredRoutes implements OnModuleInit {
  constructor(
    @Inject(Routes) private readonly routes: Routes,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const silent = this.routes
      .all()
      .filter(({ handler, controller }) => routeAccess(this.reflector, handler, controller) === undefined);
    if (silent.length === 0) return;
    throw new Error(
      `Routes without @Public, @Requires or @Authenticated: ${silent.map(({ name }) => name).join(', ')}`,
    );
  }
}
