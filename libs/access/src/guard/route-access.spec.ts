import { Reflector } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { Authenticated, Public, Requires, routeAccess } from './route-access.js';

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
