import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import {
  type ChangeLinks,
  changeLinks,
  type ConfigChange,
  configChange,
  type LinkList,
  linkList,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { LinksService } from './links.service.js';

/** Which other workloads of its environment a workload may reach. */
@Controller('v1/links')
export class LinksController {
  constructor(private readonly links: LinksService) {}

  @Get(':workloadId')
  @Requires('links:read')
  @Answers(linkList)
  listLinks(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
  ): Promise<LinkList> {
    return this.links.list(caller, workloadId);
  }

  @Patch(':workloadId')
  @Requires('links:update')
  @Answers(configChange, 202)
  changeLinks(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
    @Body({ schema: changeLinks }) body: ChangeLinks,
  ): Promise<ConfigChange> {
    return this.links.change(caller, workloadId, body);
  }
}
