import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import { type UpdateMe, updateMe, type User, user } from '@berth/contracts/identity';
import { Answers, entityTag } from '@berth/service-kit';
import { Body, Controller, Get, Headers, Inject, Ip, Patch, Res } from '@nestjs/common';
import { Profile } from './profile.js';
import { toUser, type UserRecord } from './user.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/me')
export class MeController {
  constructor(@Inject(Profile) private readonly profile: Profile) {}

  @Get()
  @Authenticated()
  @Answers(user)
  async getMe(@CurrentCaller() caller: Caller, @Res({ passthrough: true }) reply: Reply): Promise<User> {
    return tagged(await this.profile.of(caller), reply);
  }

  @Patch()
  @Authenticated()
  @Answers(user)
  async updateMe(
    @CurrentCaller() caller: Caller,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: updateMe }) body: UpdateMe,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<User> {
    return tagged(await this.profile.update(caller, ifMatch, body, address), reply);
  }
}

function tagged(user: UserRecord, reply: Reply): User {
  void reply.header('etag', entityTag(user.generation));
  return toUser(user);
}
