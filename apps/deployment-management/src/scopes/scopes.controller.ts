import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import {
  type ChangeScopedConfig,
  changeScopedConfig,
  type ChangeScopedSecrets,
  changeScopedSecrets,
  type ConfigScope,
  configScope,
  type RevokeSecret,
  revokeSecret,
  type ScopedChange,
  scopedChange,
  type ScopedConfig,
  scopedConfig,
  type ScopedSecretList,
  scopedSecretList,
  type ScopedSecretRevocation,
  scopedSecretRevocation,
  type ScopedSecretsChange,
  scopedSecretsChange,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import { ScopesService } from './scopes.service.js';

const kindOf = { schema: configScope };
const idOf = { schema: objectId };

/** Config and secrets of an organization, a project or an environment: workloads below get them with their next release. */
@Controller('v1')
export class ScopesController {
  constructor(private readonly scopes: ScopesService) {}

  @Get('config/scopes/:scope/:scopeId')
  @Requires('config:read')
  @Answers(scopedConfig)
  getScopedConfig(
    @CurrentCaller() caller: Caller,
    @Param('scope', kindOf) scope: ConfigScope,
    @Param('scopeId', idOf) id: string,
  ): Promise<ScopedConfig> {
    return this.scopes.get(caller, scope, id);
  }

  @Patch('config/scopes/:scope/:scopeId')
  @Requires('config:update')
  @Answers(scopedChange, 202)
  changeScopedConfig(
    @CurrentCaller() caller: Caller,
    @Param('scope', kindOf) scope: ConfigScope,
    @Param('scopeId', idOf) id: string,
    @Body({ schema: changeScopedConfig }) body: ChangeScopedConfig,
  ): Promise<ScopedChange> {
    return this.scopes.change(caller, scope, id, body);
  }

  /** Makes releases for all workloads below that do not run with the newest config of the scope and the wider ones. */
  @Post('config/scopes/:scope/:scopeId/apply')
  @Requires('config:update')
  @Answers(scopedChange, 202)
  applyScopedConfig(
    @CurrentCaller() caller: Caller,
    @Param('scope', kindOf) scope: ConfigScope,
    @Param('scopeId', idOf) id: string,
  ): Promise<ScopedChange> {
    return this.scopes.apply(caller, scope, id);
  }

  @Get('secrets/scopes/:scope/:scopeId')
  @Requires('secrets:read')
  @Answers(scopedSecretList)
  listScopedSecrets(
    @CurrentCaller() caller: Caller,
    @Param('scope', kindOf) scope: ConfigScope,
    @Param('scopeId', idOf) id: string,
  ): Promise<ScopedSecretList> {
    return this.scopes.listSecrets(caller, scope, id);
  }

  @Patch('secrets/scopes/:scope/:scopeId')
  @Requires('secrets:update')
  @Answers(scopedSecretsChange, 202)
  changeScopedSecrets(
    @CurrentCaller() caller: Caller,
    @Param('scope', kindOf) scope: ConfigScope,
    @Param('scopeId', idOf) id: string,
    @Body({ schema: changeScopedSecrets }) body: ChangeScopedSecrets,
  ): Promise<ScopedSecretsChange> {
    return this.scopes.changeSecrets(caller, scope, id, body);
  }

  /** What was revoked is in no release that is made from now on; all that runs with it is replaced. */
  @Post('secrets/scopes/:scope/:scopeId/revocations')
  @Requires('secrets:update')
  @Answers(scopedSecretRevocation, 202)
  revokeScopedSecret(
    @CurrentCaller() caller: Caller,
    @Param('scope', kindOf) scope: ConfigScope,
    @Param('scopeId', idOf) id: string,
    @Body({ schema: revokeSecret }) body: RevokeSecret,
  ): Promise<ScopedSecretRevocation> {
    return this.scopes.revokeSecret(caller, scope, id, body);
  }
}
