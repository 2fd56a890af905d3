import { Routes } from '@berth/service-kit';
import { Controller, Get } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { expect, it } from '@jest/globals';
import { CheckedRoutes } from '../src/guard/checked-routes.js';
import { checksOf, noteCheck } from '../src/guard/object-checks.js';
import { Authenticated, type Caller, Public, Requires } from '../src/index.js';

const callerNamed = (subjectId: string): Caller => ({
  subjectId,
  sessionId: 's',
  kind: 'user',
  administrator: false,
  secondFactor: false,
  scopes: ['*'],
  tokenExpiresAt: new Date(0),
});
const somebodyElse = callerNamed('somebody-else');
const check = { permission: 'apps:read', target: null } as const;

@Requires('apps:read')
@Controller()
class Things {
  @Get('asks')
  asks(caller: Caller) {
    noteCheck(caller, check);
    return 'asked';
  }
  @Get('empty')
  empty(_id: string, caller: Caller) {
    noteCheck(caller);
    return Promise.resolve('nothing to ask');
  }
  @Get('forgets')
  forgets(_caller: Caller) {
    return 'secret';
  }
  @Get('later')
  later(_caller: Caller) {
    return Promise.resolve('secret');
  }
  @Get('mistakes')
  mistakes(_caller: Caller) {
    noteCheck(somebodyElse, check);
    return 'secret';
  }
  @Authenticated()
  @Get('own')
  own(_caller: Caller) {
    return 'own';
  }
  @Public()
  @Get('open')
  open() {
    return 'open';
  }
}

async function things(): Promise<Things> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers: [Things],
    providers: [Routes, CheckedRoutes],
  }).compile();
  module.get(Routes).enclose();
  return module.get(Things);
}

it('a route that requires a permission answers when it asked about its caller, or said that there was nothing to ask', async () => {
  const caller = callerNamed('c');
  expect((await things()).asks(caller)).toBe('asked');
  expect(checksOf(caller)).toEqual([check]);
  await expect((await things()).empty('id', callerNamed('d'))).resolves.toBe('nothing to ask');
});

it.each(['forgets', 'later', 'mistakes'] as const)(
  'one that %s does not answer, wherever its permission is declared',
  async (name) => {
    const controller = await things();
    const answer = async () => controller[name](callerNamed('c'));
    await expect(answer()).rejects.toThrow(`Things.${name} requires a permission`);
  },
);

it('one that requires none on an object answers unasked', async () => {
  expect((await things()).own(callerNamed('c'))).toBe('own');
  expect((await things()).open()).toBe('open');
});

it('what was asked about a caller is in no answer and no log', () => {
  const caller = callerNamed('c');
  noteCheck(caller, check);
  expect(JSON.stringify(caller)).toBe(JSON.stringify(callerNamed('c')));
});
