import { Routes } from '@berth/service-kit';
import { Controller, Get } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { expect, it } from '@jest/globals';
import { DeclaredRoutes } from '../src/guard/declared-routes.js';
import { Authenticated, Public, Requires } from '../src/index.js';

@Controller()
class Forgetful {
  @Get('silent')
  silent() {
    return {};
  }
  @Authenticated()
  @Get('declared')
  declared() {
    return {};
  }
}

@Public()
@Controller('open')
class Open {
  @Get()
  byClass() {
    return {};
  }
}

@Controller('both')
class Complete {
  @Requires('apps:read')
  @Get()
  declared() {
    return {};
  }
  noRoute() {
    return {};
  }
}

const start = async (...controllers: (new () => object)[]) => {
  const providers = [Routes, DeclaredRoutes];
  const module = await Test.createTestingModule({ imports: [DiscoveryModule], controllers, providers }).compile();
  module.get(Routes).enclose();
  await (await module.init()).close();
};

it('stops the start when a route does not say who may use it, naming the route', async () => {
  await expect(start(Complete, Forgetful)).rejects.toThrow(/: Forgetful\.silent$/);
});

it('starts when every route is declared, by its method or by its class', async () => {
  await expect(start(Complete, Open)).resolves.toBeUndefined();
});
