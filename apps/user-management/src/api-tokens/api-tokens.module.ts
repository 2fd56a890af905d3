import { Module } from '@nestjs/common';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ApiTokenEnder } from './api-token-ender.js';
import { ApiTokenExchange } from './api-token-exchange.js';
import { ApiTokensController } from './api-tokens.controller.js';
import { ApiTokensRepository } from './api-tokens.repository.js';
import { ApiTokensService } from './api-tokens.service.js';

@Module({
  imports: [SecondFactorModule, SessionsModule],
  controllers: [ApiTokensController],
  providers: [ApiTokenEnder, ApiTokenExchange, ApiTokensRepository, ApiTokensService],
  exports: [ApiTokenEnder],
})
export class ApiTokensModule {}
