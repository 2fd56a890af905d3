import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  administeredUserPage,
  type AdministeredUser,
  type AdministrativeAct,
  administrativeAct,
  type Organization,
  organizationPage,
  type OrganizationSearch,
  organizationSearch,
  type SignUpPolicy,
  signUpPolicy,
  type UserSearch,
  userSearch,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { OrganizationAdministration } from './organization-administration.js';
import { SignUpAdministration } from './sign-up-administration.js';
import { UserAdministration } from './user-administration.js';

/** For administrators of the platform. */
@Controller('v1/admin/user-management')
export class AdministrationController {
  constructor(
    @Inject(UserAdministration) private readonly users: UserAdministration,
    @Inject(OrganizationAdministration) private readonly organizations: OrganizationAdministration,
    @Inject(SignUpAdministration) private readonly signUp: SignUpAdministration,
  ) {}

  @Get('users')
  @Requires('users:read')
  @Answers(administeredUserPage)
  searchUsers(
    @CurrentCaller() caller: Caller,
    @Query({ schema: userSearch }) query: UserSearch,
  ): Promise<Page<AdministeredUser>> {
    return this.users.search(caller, query);
  }

  @Post('users/:id/suspend')
  @Requires('users:update')
  @ProvenRecently()
  @AnswersNothing()
  suspendUser(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) userId: string,
    @Body({ schema: administrativeAct }) body: AdministrativeAct,
  ): Promise<void> {
    return this.users.suspend(caller, userId, body.reason);
  }

  @Post('users/:id/resume')
  @Requires('users:update')
  @ProvenRecently()
  @AnswersNothing()
  resumeUser(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) userId: string,
    @Body({ schema: administrativeAct }) body: AdministrativeAct,
  ): Promise<void> {
    return this.users.resume(caller, userId, body.reason);
  }

  @Post('users/:id/reset-second-factor')
  @Requires('users:update')
  @ProvenRecently()
  @AnswersNothing()
  resetSecondFactor(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) userId: string,
    @Body({ schema: administrativeAct }) body: AdministrativeAct,
  ): Promise<void> {
    return this.users.resetSecondFactor(caller, userId, body.reason);
  }

  @Post('users/:id/sign-out')
  @Requires('users:update')
  @ProvenRecently()
  @AnswersNothing()
  signUserOut(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) userId: string,
    @Body({ schema: administrativeAct }) body: AdministrativeAct,
  ): Promise<void> {
    return this.users.signOut(caller, userId, body.reason);
  }

  @Get('organizations')
  @Requires('organizations:read')
  @Answers(organizationPage)
  searchOrganizations(
    @CurrentCaller() caller: Caller,
    @Query({ schema: organizationSearch }) query: OrganizationSearch,
  ): Promise<Page<Organization>> {
    return this.organizations.search(caller, query);
  }

  @Post('organizations/:id/suspend')
  @Requires('organizations:suspend')
  @ProvenRecently()
  @AnswersNothing()
  suspendOrganization(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) organizationId: string,
    @Body({ schema: administrativeAct }) body: AdministrativeAct,
  ): Promise<void> {
    return this.organizations.suspend(caller, organizationId, body.reason);
  }

  @Post('organizations/:id/resume')
  @Requires('organizations:suspend')
  @ProvenRecently()
  @AnswersNothing()
  resumeOrganization(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) organizationId: string,
    @Body({ schema: administrativeAct }) body: AdministrativeAct,
  ): Promise<void> {
    return this.organizations.resume(caller, organizationId, body.reason);
  }

  @Get('sign-up-policy')
  @Requires('sign-up:read')
  @Answers(signUpPolicy)
  async getSignUpPolicy(@CurrentCaller() caller: Caller): Promise<SignUpPolicy> {
    const { mode, domains } = await this.signUp.get(caller);
    return { mode, domains };
  }

  @Put('sign-up-policy')
  @Requires('sign-up:update')
  @ProvenRecently()
  @Answers(signUpPolicy)
  putSignUpPolicy(
    @CurrentCaller() caller: Caller,
    @Body({ schema: signUpPolicy }) body: SignUpPolicy,
  ): Promise<SignUpPolicy> {
    return this.signUp.put(caller, body);
  }
}
