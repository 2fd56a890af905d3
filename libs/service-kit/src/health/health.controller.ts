import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { register } from 'prom-client';
import { DomainError } from '../errors/define-errors.js';
import { Database } from '../persistence/database.js';
import { Unguarded } from '../http/unguarded.js';
import { Readiness } from './readiness.js';

const notReady = (detail: string) => new DomainError('not_ready', 503, detail, [], 1);

/** What an orchestrator and a monitor ask. */
@ApiExcludeController()
@Unguarded()
@Controller()
export class HealthController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  /** The process answers. */
  @Get('healthz')
  alive(): { status: string } {
    return { status: 'ok' };
  }

  /** The process can do its work: its database answers, and what its libraries wait for at the start has come. */
  @Get('readyz')
  async ready(): Promise<{ status: string }> {
    await this.database.query('select 1').catch(() => {
      throw notReady('The database does not answer.');
    });
    const missing = this.readiness.missing();
    if (missing !== undefined) throw notReady(missing);
    return { status: 'ok' };
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}
