import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import { type Failover, failover, type SetFailover, setFailover } from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { FailoversService } from './failovers.service.js';

/** Whether what runs in an environment leaves a cluster that does not answer. Without a policy it waits there. */
@Controller('v1/environments/:id/failover')
export class FailoversController {
  constructor(private readonly failovers: FailoversService) {}

  @Get()
  @Requires('environments:read')
  @Answers(failover)
  getFailover(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Failover> {
    return this.failovers.get(caller, id);
  }

  /** What has volumes stays, whatever is set; so does what runs workers, unless they may run twice. */
  @Put()
  @Requires('environments:move')
  @Answers(failover)
  setFailover(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: setFailover }) body: SetFailover,
  ): Promise<Failover> {
    return this.failovers.set(caller, id, body);
  }

  @Delete()
  @Requires('environments:move')
  @AnswersNothing()
  removeFailover(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.failovers.remove(caller, id);
  }
}
