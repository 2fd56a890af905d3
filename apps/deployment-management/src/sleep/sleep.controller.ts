import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import {
  type SetSleep,
  setSleep,
  type Sleep,
  sleep,
  type WakeEnvironment,
  wakeEnvironment,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { toSleep } from './sleep.js';
import { SleepService } from './sleep.service.js';

/** When an environment sleeps: nothing of it runs then, nothing is lost, and it keeps its place in the quota. */
@Controller('v1/environments/:id')
export class SleepController {
  constructor(private readonly hours: SleepService) {}

  @Get('sleep')
  @Requires('environments:read')
  @Answers(sleep)
  async getSleep(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Sleep> {
    return toSleep(await this.hours.get(caller, id));
  }

  @Put('sleep')
  @Requires('environments:update')
  @Answers(sleep)
  async setSleep(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: setSleep }) body: SetSleep,
  ): Promise<Sleep> {
    return toSleep(await this.hours.set(caller, id, body));
  }

  /** It is always awake again. */
  @Delete('sleep')
  @Requires('environments:update')
  @AnswersNothing()
  removeSleep(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.hours.remove(caller, id);
  }

  @Post('wake')
  @Requires('workloads:scale')
  @Answers(sleep)
  async wakeEnvironment(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: wakeEnvironment }) body: WakeEnvironment,
  ): Promise<Sleep> {
    return toSleep(await this.hours.wake(caller, id, body.seconds));
  }
}
