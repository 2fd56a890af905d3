import { Module } from '@nestjs/common';
import { PasswordProofModule } from '../password-proof/password-proof.module.js';
import { PlacesModule } from '../places/places.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthController } from './auth.controller.js';
import { LoginService } from './login.service.js';
import { RefreshFamily } from './refresh-family.js';
import { RefreshService } from './refresh.service.js';
import { SessionEndsModule } from './session-ends.module.js';
import { SessionStarter } from './session-starter.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { TokenIssuer } from './token-issuer.js';

@Module({
  imports: [
    UsersModule,
    SigningKeysModule,
    PasswordProofModule,
    SecondFactorModule,
    SessionEndsModule,
    StepUpModule,
    PlacesModule,
  ],
  controllers: [AuthController, SessionsController],
  providers: [LoginService, RefreshFamily, RefreshService, SessionStarter, SessionsService, TokenIssuer],
  exports: [RefreshService, SessionEndsModule, SessionStarter, TokenIssuer],
})
export class SessionsModule {}
