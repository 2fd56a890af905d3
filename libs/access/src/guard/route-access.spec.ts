import { Reflector } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { Authenticated, Public, rememberedAccess, Requires, routeAccess } from './route-access.js';

class Plain {
  @Requires('apps:read', 'builds:read')
  onObject() {}
  @Authenticated('secrets:read')
  own() {}
  @Authenticated()
  anybody() {}
  @Public()
  open() {}
  silent() {}
}

@Authenticated()
class Guarded {
  silent() {}
  @Public()
  open() {}
  @Requires('apps:delete')
  strict() {}
}

@Public()
class Open {
  silent() {}
  @Requires('apps:delete')
  strict() {}
}

const access = (controller: new () => object, method: string) =>
  routeAccess(
    new Reflector(),
    (controller.prototype as Record<string, () => void>)[method] as () => void,
    controller as never,
  );

describe('what a route asks of its caller', () => {
  it.each([
    ['onObject', { permissions: ['apps:read', 'builds:read'], onObject: true }],
    ['own', { permissions: ['secrets:read'], onObject: false }],
    ['anybody', { permissions: [], onObject: false }],
    ['open', 'public'],
    ['silent', undefined],
  ])('is what it says itself: %s', (method, expected) => {
    expect(access(Plain, method)).toEqual(expected);
  });

  it('is what its class says when it says nothing', () => {
    expect(access(Guarded, 'silent')).toEqual({ permissions: [], onObject: false });
    expect(access(Open, 'silent')).toBe('public');
  });

  it('is what it says itself when its class says otherwise, to open it and to close it', () => {
    expect(access(Guarded, 'open')).toBe('public');
    expect(access(Guarded, 'strict')).toEqual({ permissions: ['apps:delete'], onObject: true });
    expect(access(Open, 'strict')).toEqual({ permissions: ['apps:delete'], onObject: true });
  });
});

describe('what was asked of a route once', () => {
  class Counting extends Reflector {
    asked = 0;
    override get(...args: Parameters<Reflector['get']>): never {
      this.asked += 1;
      return super.get(...args) as never;
    }
  }
  const handlerOf = (controller: new () => object, method: string) =>
    (controller.prototype as Record<string, () => void>)[method] as () => void;

  it('is remembered, also that it says nothing', () => {
    const reflector = new Counting();
    const remembered = rememberedAccess(reflector);
    for (const method of ['own', 'open', 'silent']) {
      const first = remembered(handlerOf(Plain, method), Plain);
      expect(first).toEqual(access(Plain, method));
      const { asked } = reflector;
      expect(remembered(handlerOf(Plain, method), Plain)).toBe(first);
      expect(reflector.asked).toBe(asked);
    }
  });

  it('is not mistaken for what another route asks, nor for the same method of another controller', () => {
    const remembered = rememberedAccess(new Reflector());
    const shared = handlerOf(Plain, 'silent');
    expect(remembered(shared, Plain)).toBeUndefined();
    expect(remembered(shared, Guarded)).toEqual({ permissions: [], onObject: false });
    expect(remembered(shared, Open)).toBe('public');
    expect(remembered(handlerOf(Plain, 'own'), Plain)).toEqual({ permissions: ['secrets:read'], onObject: false });
  });
});
