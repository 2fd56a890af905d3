import { All, Controller, Get, Inject, Injectable, Post, Scope, SetMetadata, type Type } from '@nestjs/common';
import { DiscoveryModule, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { around, Database, Routes } from '../src/index.js';
import { IdempotencyInterceptor } from '../src/idempotency/idempotency.interceptor.js';

@Controller('words')
class WordsController {
  private readonly word = 'word';

  @Get()
  @SetMetadata('kept', true)
  read() {
    return { said: this.word };
  }
  @Post()
  write() {
    return { said: this.word };
  }
  @All('any')
  any() {
    return { said: this.word };
  }
  noRoute() {
    return { said: this.word };
  }
}

@Controller({ path: 'requests', scope: Scope.REQUEST })
class OfEachRequestController {
  @Get()
  read() {
    return {};
  }
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function applicationOf(controller: Type, ...providers: Type[]): Promise<NestFastifyApplication> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers: [controller],
    providers: [Routes, { provide: Database, useValue: {} }, ...providers],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  closing.push(() => app.close());
  return app;
}

const ask = async (app: NestFastifyApplication, method: 'GET' | 'POST' = 'GET', url = '/words') =>
  (await app.inject({ method, url })).json<object>();

const adding = (added: object) =>
  around(
    (handler) =>
      async function (...args) {
        return { ...((await handler.apply(this, args)) as object), ...added };
      },
  );

/** As libraries do it: whoever is constructed with the routes sees each of them. */
@Injectable()
class Adding {
  static next = 0;
  readonly seen: string[] = [];

  constructor(@Inject(Routes) routes: Routes) {
    const number = Adding.next++;
    routes.encloseEach((route) => {
      this.seen.push(route.name);
      route.decorate(adding({ number }));
    });
  }
}

describe('what encloses the routes', () => {
  it('sees each of them, and nothing else of a controller', async () => {
    const app = await applicationOf(WordsController, Adding);
    app.get(Routes).enclose();
    expect(app.get(Adding).seen).toEqual(['WordsController.read', 'WordsController.write', 'WordsController.any']);
  });

  it('encloses them in its own application only, where two have the same controller', async () => {
    const first = await applicationOf(WordsController, Adding);
    const second = await applicationOf(WordsController, Adding);
    const bare = await applicationOf(WordsController);
    for (const app of [first, second, bare]) {
      app.get(Routes).enclose();
      await app.init();
    }
    const [one, two] = [await ask(first), await ask(second)] as { number: number }[];
    expect(two?.number).toBe((one?.number as number) + 1);
    expect(await ask(bare)).toEqual({ said: 'word' });
  });

  it('leaves them their metadata, their name and their controller', async () => {
    const app = await applicationOf(WordsController);
    app.get(Routes).encloseEach((route) => route.decorate(adding({ by: 'one' })));
    app.get(Routes).encloseEach((route) => route.decorate(adding({ and: 'another' })));
    app.get(Routes).enclose();
    await app.init();
    expect(await ask(app)).toEqual({ said: 'word', by: 'one', and: 'another' });
    const { handler, controller, name } = app.get(Routes).all()[0] as ReturnType<Routes['all']>[number];
    expect([handler.name, controller, name]).toEqual(['read', WordsController, 'WordsController.read']);
    expect(app.get(Reflector).get('kept', handler)).toBe(true);
  });

  it('must be put there before the start: an application that was not prepared does not start', async () => {
    const app = await applicationOf(WordsController, Adding);
    await expect(app.init()).rejects.toThrow('was not prepared');
  });

  it('would not be there for a controller that is made for each request: there is none', async () => {
    const app = await applicationOf(OfEachRequestController, Adding);
    expect(() => app.get(Routes).enclose()).toThrow('OfEachRequestController is made anew for each request');
  });
});

it('a route that may be a POST passes the interceptor of idempotency keys, a read passes none', async () => {
  const app = await applicationOf(WordsController, IdempotencyInterceptor);
  app.get(Routes).enclose();
  const passed = app
    .get(Routes)
    .all()
    .map(({ name, handler }) => [name, Reflect.getMetadata('__interceptors__', handler) as unknown]);
  const own = [app.get(IdempotencyInterceptor)];
  expect(passed).toEqual([
    ['WordsController.read', undefined],
    ['WordsController.write', own],
    ['WordsController.any', own],
  ]);
});
