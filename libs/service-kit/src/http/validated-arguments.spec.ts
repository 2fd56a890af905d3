import 'reflect-metadata';
import { Body, Controller, createParamDecorator, Get, Param, Post, Query, RawBody, type Type } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createLogger, LOGGER } from '../logging/logger.js';
import { ProblemFilter } from './problem.filter.js';
import { Routes } from './routes.js';
import { ValidatedArguments } from './validated-arguments.js';

const page = z.object({ limit: z.coerce.number().int().max(9).default(5), tags: z.array(z.string()).default([]) });
const word = z.strictObject({ text: z.string().min(1), of: z.object({ 'a/b': z.int() }).optional() });
const free = z.string().refine((name) => Promise.resolve(name !== 'taken'), 'is taken');
const Somebody = createParamDecorator(() => 'somebody');

@Controller('words')
class WordsController {
  static calls: unknown[][] = [];

  @Get()
  list(@Somebody() who: string, @Query({ schema: page }) query: z.infer<typeof page>) {
    return this.told(who, query);
  }
  @Get('some')
  some(@Query('limit', { schema: z.coerce.number() }) limit: number, @Query('plain') plain: string) {
    return this.told(limit, plain);
  }
  @Post(':language/:name')
  write(
    @Param('language', { schema: z.enum(['de', 'en']) }) language: string,
    @Param('name', { schema: free }) name: string,
    @Body({ schema: word }) body: z.infer<typeof word>,
  ) {
    return this.told(language, name, body);
  }
  private told(...given: unknown[]) {
    WordsController.calls.push(given);
    return { given };
  }
}

@Controller('raw')
class OfRawBodiesController {
  @Post()
  write(@RawBody({ schema: z.string() }) body: string) {
    return { body };
  }
}

@Controller('many')
class ManyController {
  @Post()
  write(@Body({ schema: z.array(z.string()) }) texts: string[]) {
    return { texts };
  }
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  WordsController.calls = [];
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function applicationOf(controller: Type): Promise<NestFastifyApplication> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers: [controller],
    providers: [
      Routes,
      ValidatedArguments,
      { provide: LOGGER, useValue: createLogger('test', 'silent') },
      { provide: APP_FILTER, useClass: ProblemFilter },
    ],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  closing.push(() => app.close());
  app.get(Routes).enclose();
  await app.init();
  return app;
}

interface Answer {
  readonly given?: unknown[];
  readonly code?: string;
  readonly errors?: { readonly pointer: string }[];
}

async function ask(url: string, payload?: object): Promise<Answer & { status: number }> {
  const app = await applicationOf(WordsController);
  const response = await app.inject(payload === undefined ? { url } : { method: 'POST', url, payload });
  return { status: response.statusCode, ...response.json<Answer>() };
}

describe('an argument with a schema', () => {
  it('is what the schema makes of it; an argument without one is left alone', async () => {
    expect(await ask('/words')).toMatchObject({ status: 200, given: ['somebody', { limit: 5, tags: [] }] });
    expect(await ask('/words/some?limit=3&plain=3')).toMatchObject({ given: [3, '3'] });
    expect(await ask('/words/de/new', { text: 'Wort' })).toMatchObject({ given: ['de', 'new', { text: 'Wort' }] });
  });

  it.each([
    ['/words?limit=10', undefined, ['?limit']],
    ['/words?tags=1', undefined, ['?tags']],
    ['/words/some?limit=many', undefined, ['?limit']],
    ['/words/fr/new', { text: 'mot' }, [':language']],
    ['/words/de/taken', { text: 'Wort' }, [':name']],
    ['/words/de/new', { text: '', of: { 'a/b': 'c' } }, ['/text', '/of/a~1b']],
    ['/words/de/new', { text: 'Wort', more: 1 }, ['/']],
  ])('that does not fit is refused with pointers, and nothing is called: %s %j', async (url, body, pointers) => {
    const { status, code, errors } = await ask(url, body);
    expect([status, code]).toEqual([422, 'validation_failed']);
    expect(errors?.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(WordsController.calls).toEqual([]);
  });

  it('tells no more than fifty of its errors', async () => {
    const app = await applicationOf(ManyController);
    const response = await app.inject({ method: 'POST', url: '/many', payload: Array.from({ length: 60 }, () => 1) });
    expect(response.json<Answer>().errors).toHaveLength(50);
  });

  it('that is a body which was not sent is asked for', async () => {
    const app = await applicationOf(WordsController);
    const response = await app.inject({ method: 'POST', url: '/words/de/new' });
    expect([response.statusCode, response.json<Answer>().code]).toEqual([400, 'malformed_request']);
  });

  it('that nobody would look at lets no application start', async () => {
    await expect(applicationOf(OfRawBodiesController)).rejects.toThrow('OfRawBodiesController.write has a schema');
  });
});
