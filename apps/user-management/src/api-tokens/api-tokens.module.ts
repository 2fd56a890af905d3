import { Module } from '@nestjs/common';
import { OrganizationTokensModule } from '../organization-tokens/organization-tokens.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { ApiTokenEnder } from './api-token-ender.js';
import { ApiTokenExchange } from './api-token-exchange.js';
import { ApiTokenMaker } from './api-token-maker.js';
import { ApiTokensController } from './api-tokens.controller.js';
import { ApiTokensRepository } from './api-tokens.repository.js';
import { ApiTokensService } from './api-tokens.service.js';

@Module({
  imports: [OrganizationTokensModule, SecondFactorModule, SessionsModule, StepUpModule],
  controllers: [ApiTokensController],
  providers: [ApiTokenEnder, ApiTokenExchange, ApiTokenMaker, ApiTokensRepository, ApiTokensService],
  exports: [ApiTokenEnder],
})
export class ApiTokensModule {}
