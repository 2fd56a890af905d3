import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id } from '@berth/contracts/common';
import {
  type CreateClientSecret,
  createClientSecret,
  type CreatedClientSecret,
  createdClientSecret,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Header, Inject, Param, Post } from '@nestjs/common';
import { ClientSecretsService } from './client-secrets.service.js';
import { ServiceAccountsService } from './service-accounts.service.js';

@Controller('v1/service-accounts/:id/secrets')
export class ClientSecretsController {
  constructor(
    @Inject(ServiceAccountsService) private readonly accounts: ServiceAccountsService,
    @Inject(ClientSecretsService) private readonly secrets: ClientSecretsService,
  ) {}

  @Post()
  @Requires('service-accounts:update', 'memberships:create')
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(createdClientSecret, 201)
  async createClientSecret(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) accountId: string,
    @Body({ schema: createClientSecret }) { expiresInDays }: CreateClientSecret,
  ): Promise<CreatedClientSecret> {
    return this.secrets.create(caller, await this.accounts.findToProve(caller, accountId), expiresInDays);
  }

  @Delete(':secretId')
  @Requires('service-accounts:update')
  @AnswersNothing()
  async revokeClientSecret(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) accountId: string,
    @Param('secretId', { schema: id }) secretId: string,
  ): Promise<void> {
    const account = await this.accounts.find(caller, accountId, 'service-accounts:update');
    return this.secrets.revoke(caller, account, secretId);
  }
}
