import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import { id, type Page, pageQuery, type PageQuery } from '@berth/contracts/common';
import {
  type LinkedIdentity,
  linkedIdentity,
  linkedIdentityPage,
  type LinkIdentity,
  linkIdentity,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Inject, Ip, Param, Post, Query } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { LinkedIdentitiesService } from './linked-identities.service.js';

@Authenticated()
@Controller('v1/auth/identities')
export class LinkedIdentitiesController {
  constructor(@Inject(LinkedIdentitiesService) private readonly identities: LinkedIdentitiesService) {}

  @Get()
  @Answers(linkedIdentityPage)
  listLinkedIdentities(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<LinkedIdentity>> {
    return this.identities.list(caller, query);
  }

  @Post()
  @AnswerNotStored()
  @Answers(linkedIdentity, 201)
  linkIdentity(
    @CurrentCaller() caller: Caller,
    @Body({ schema: linkIdentity }) body: LinkIdentity,
    @Ip() address: string,
  ): Promise<LinkedIdentity> {
    return this.identities.link(caller, body, address);
  }

  @Delete(':id')
  @ProvenRecently()
  @AnswersNothing()
  unlinkIdentity(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) identityId: string): Promise<void> {
    return this.identities.unlink(caller, identityId);
  }
}
