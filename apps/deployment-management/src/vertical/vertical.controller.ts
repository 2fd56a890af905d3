import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import { type SetVertical, setVertical, type Vertical, vertical } from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { toVertical } from './vertical.js';
import { VerticalService } from './vertical.service.js';

/** Sizes that follow what is used, by releases of which the platform is the author. */
@Controller('v1/workloads/:id/vertical-autoscaling')
export class VerticalController {
  constructor(private readonly bounds: VerticalService) {}

  @Get()
  @Requires('workloads:read')
  @Answers(vertical)
  async getVertical(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Vertical> {
    return toVertical(await this.bounds.get(caller, id));
  }

  @Put()
  @Requires('workloads:scale')
  @Answers(vertical)
  async setVertical(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: setVertical }) body: SetVertical,
  ): Promise<Vertical> {
    return toVertical(await this.bounds.set(caller, id, body));
  }

  @Delete()
  @Requires('workloads:scale')
  @AnswersNothing()
  removeVertical(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.bounds.remove(caller, id);
  }
}
