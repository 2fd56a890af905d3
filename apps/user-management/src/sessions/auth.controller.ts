import { Authenticated, type Caller, CurrentCaller, Public } from '@berth/access';
import { type Login, login, type Refresh, refresh, type Tokens, tokens } from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Header, Headers, Inject, Ip, Post } from '@nestjs/common';
import { deviceOf } from './device.js';
import { LoginService } from './login.service.js';
import { RefreshService } from './refresh.service.js';
import { TokenIssuer } from './token-issuer.js';
import { SessionsService } from './sessions.service.js';

@Controller('v1/auth')
export class AuthController {
  constructor(
    @Inject(LoginService) private readonly logins: LoginService,
    @Inject(RefreshService) private readonly refreshes: RefreshService,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
    @Inject(SessionsService) private readonly sessions: SessionsService,
  ) {}

  @Post('login')
  @Public()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(tokens)
  async login(
    @Body({ schema: login }) body: Login,
    @Headers('user-agent') userAgent: string | undefined,
    @Ip() address: string,
  ): Promise<Tokens> {
    const { refreshToken, ...subject } = await this.logins.login(body, deviceOf(address, userAgent));
    return this.issuer.issue(subject, refreshToken);
  }

  @Post('refresh')
  @Public()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(tokens)
  refresh(@Body({ schema: refresh }) body: Refresh): Promise<Tokens> {
    return this.refreshes.refresh(body.refreshToken);
  }

  @Post('logout')
  @Authenticated()
  @AnswersNothing()
  logout(@CurrentCaller() caller: Caller): Promise<void> {
    return this.sessions.logout(caller);
  }
}
