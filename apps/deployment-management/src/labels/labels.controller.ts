import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import { type ChangeLabels, changeLabels, type PlaceLabels, placeLabels } from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { LabelsService } from './labels.service.js';

/** A patch names what changes, so that two people who change different labels do not undo each other: no `If-Match`. */
@Controller('v1')
export class LabelsController {
  constructor(private readonly labels: LabelsService) {}

  @Get('apps/:id/labels')
  @Requires('apps:read')
  @Answers(placeLabels)
  getAppLabels(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<PlaceLabels> {
    return this.labels.get(caller, 'app', id);
  }

  @Patch('apps/:id/labels')
  @Requires('apps:update')
  @Answers(placeLabels)
  changeAppLabels(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: changeLabels }) body: ChangeLabels,
  ): Promise<PlaceLabels> {
    return this.labels.change(caller, 'app', id, body);
  }

  @Get('environments/:id/labels')
  @Requires('environments:read')
  @Answers(placeLabels)
  getEnvironmentLabels(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<PlaceLabels> {
    return this.labels.get(caller, 'environment', id);
  }

  @Patch('environments/:id/labels')
  @Requires('environments:update')
  @Answers(placeLabels)
  changeEnvironmentLabels(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: changeLabels }) body: ChangeLabels,
  ): Promise<PlaceLabels> {
    return this.labels.change(caller, 'environment', id, body);
  }
}
