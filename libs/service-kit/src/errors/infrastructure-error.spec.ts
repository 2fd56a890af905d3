import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { QueryFailedError } from 'typeorm';
import { ZodError } from 'zod';
import { isInfrastructureError } from './infrastructure-error.js';

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

describe('an error of the infrastructure', () => {
  it.each([
    ['connection failure', withCode('08006')],
    ['too many connections', withCode('53300')],
    ['disk full in the database', withCode('53100')],
    ['server shutting down', withCode('57P01')],
    ['server starting', withCode('57P03')],
    ['serialization failure', withCode('40001')],
    ['deadlock', withCode('40P01')],
    ['read-only after failover', withCode('25006')],
    ['connection refused', withCode('ECONNREFUSED')],
    ['connection reset', withCode('ECONNRESET')],
    ['name not resolved', withCode('EAI_AGAIN')],
    ['connection gone, in the words of pg', new Error('Connection terminated unexpectedly')],
    ['pool without answer', new Error('timeout exceeded when trying to connect')],
    ['data source closed', new Error('Driver not Connected')],
    ['all addresses refused', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
    ['a cause below', new Error('cannot save', { cause: withCode('57P01') })],
    ['TypeORM around it', new QueryFailedError('select 1', [], withCode('57P01'))],
  ])('%s', (_name, error) => {
    expect(isInfrastructureError(error)).toBe(true);
  });

  it.each([
    ['unique violation', withCode('23505')],
    ['bad input', withCode('22P02')],
    ['missing column', withCode('42703')],
    ['statement cancelled', withCode('57014')],
    ['data that does not fit', new ZodError([])],
    ['a bug', new TypeError('x is undefined')],
    ['TypeORM around a violation', new QueryFailedError('insert', [], withCode('23505'))],
    ['no error at all', 'text'],
    ['nothing', undefined],
  ])('is not: %s', (_name, error) => {
    expect(isInfrastructureError(error)).toBe(false);
  });

  it('is what pg throws when nobody listens', async () => {
    const error = await new Client({ host: '127.0.0.1', port: 1 }).connect().catch((thrown: unknown) => thrown);
    expect(isInfrastructureError(error)).toBe(true);
  });

  it('is what pg throws when a server takes its socket with it; a file that is not there is none', async () => {
    const folder = join(tmpdir(), 'nobody');
    const connecting = new Client({ host: folder, port: 1 }).connect();
    expect(isInfrastructureError(await connecting.catch((thrown: unknown) => thrown))).toBe(true);
    const reading = readFile(join(folder, 'file'));
    expect(isInfrastructureError(await reading.catch((thrown: unknown) => thrown))).toBe(false);
  });
});
