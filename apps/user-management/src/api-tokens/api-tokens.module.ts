import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ApiTokenExchange } from './api-token-exchange.js';
import { ApiTokensController } from './api-tokens.controller.js';
import { ApiTokensRepository } from './api-tokens.repository.js';
import { ApiTokensService } from './api-tokens.service.js';

@Module({
  imports: [SessionsModule],
  controllers: [ApiTokensController],
  providers: [ApiTokenExchange, ApiTokensRepository, ApiTokensService],
})
export class ApiTokensModule {}
