import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { register } from 'prom-client';
import { DomainError } from '../errors/define-errors.js';
import { Database } from '../persistence/database.js';
import { Unguarded } from '../http/unguarded.js';

/** What an orchestrator and a monitor ask. */
@ApiExcludeController()
@Unguarded()
@Controller()
export class HealthController {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The process answers. */
  @Get('healthz')
  alive(): { status: string } {
    return { status: 'ok' };
  }

  /** The process can do its work: its database answers. */
  @Get('readyz')
  async ready(): Promise<{ status: string }> {
    await this.database.query('select 1').catch(() => {
      throw new DomainError('not_ready', 503, 'The database does not answer.', [], 1);
    });
    return { status: 'ok' };
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}
