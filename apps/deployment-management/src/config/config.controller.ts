import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import {
  type ChangeConfig,
  changeConfig,
  type ChangeSecrets,
  changeSecrets,
  type Config,
  config,
  type ConfigChange,
  configChange,
  type EffectiveConfig,
  effectiveConfig,
  type EffectiveSecrets,
  effectiveSecrets,
  type RevokeSecret,
  revokeSecret,
  type SecretList,
  secretList,
  type SecretRevocation,
  secretRevocation,
  type SecretsChange,
  secretsChange,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import { SecretRevocations } from '../secrets/secret-revocations.js';
import { ConfigService } from './config.service.js';

/** Config and secrets of a workload: each change is a new config version and, when something is live, a deployment. */
@Controller('v1')
export class ConfigController {
  constructor(
    private readonly configs: ConfigService,
    private readonly revocations: SecretRevocations,
  ) {}

  @Get('config/:workloadId')
  @Requires('config:read')
  @Answers(config)
  getConfig(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
  ): Promise<Config> {
    return this.configs.get(caller, workloadId);
  }

  @Get('config/:workloadId/effective')
  @Requires('config:read')
  @Answers(effectiveConfig)
  getEffectiveConfig(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
  ): Promise<EffectiveConfig> {
    return this.configs.getEffective(caller, workloadId);
  }

  @Get('secrets/:workloadId/effective')
  @Requires('secrets:read')
  @Answers(effectiveSecrets)
  listEffectiveSecrets(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
  ): Promise<EffectiveSecrets> {
    return this.configs.listEffectiveSecrets(caller, workloadId);
  }

  @Patch('config/:workloadId')
  @Requires('config:update')
  @Answers(configChange, 202)
  changeConfig(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
    @Body({ schema: changeConfig }) body: ChangeConfig,
  ): Promise<ConfigChange> {
    return this.configs.change(caller, workloadId, body);
  }

  @Get('secrets/:workloadId')
  @Requires('secrets:read')
  @Answers(secretList)
  listSecrets(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
  ): Promise<SecretList> {
    return this.configs.listSecrets(caller, workloadId);
  }

  /** What was revoked is in no release that is made from now on; what runs with it is replaced. */
  @Post('secrets/:workloadId/revocations')
  @Requires('secrets:update')
  @Answers(secretRevocation, 202)
  revokeSecret(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
    @Body({ schema: revokeSecret }) body: RevokeSecret,
  ): Promise<SecretRevocation> {
    return this.revocations.revoke(caller, workloadId, body);
  }

  @Patch('secrets/:workloadId')
  @Requires('secrets:update')
  @Answers(secretsChange, 202)
  changeSecrets(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', { schema: objectId }) workloadId: string,
    @Body({ schema: changeSecrets }) body: ChangeSecrets,
  ): Promise<SecretsChange> {
    return this.configs.changeSecrets(caller, workloadId, body);
  }
}
