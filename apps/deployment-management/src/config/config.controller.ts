import { type Caller, CurrentCaller, Requires } from '@berth/access';
import {
  type ChangeConfig,
  changeConfig,
  type ChangeSecrets,
  changeSecrets,
  type Config,
  config,
  type ConfigChange,
  configChange,
  type SecretList,
  secretList,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, ParseUUIDPipe, Patch } from '@nestjs/common';
import { ConfigService } from './config.service.js';

/** Config and secrets of a workload: each change is a new config version and, when something is live, a deployment. */
@Controller('v1')
export class ConfigController {
  constructor(private readonly configs: ConfigService) {}

  @Get('config/:workloadId')
  @Requires('config:read')
  @Answers(config)
  getConfig(@CurrentCaller() caller: Caller, @Param('workloadId', ParseUUIDPipe) workloadId: string): Promise<Config> {
    return this.configs.get(caller, workloadId);
  }

  @Patch('config/:workloadId')
  @Requires('config:update')
  @Answers(configChange, 202)
  changeConfig(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', ParseUUIDPipe) workloadId: string,
    @Body({ schema: changeConfig }) body: ChangeConfig,
  ): Promise<ConfigChange> {
    return this.configs.change(caller, workloadId, body);
  }

  @Get('secrets/:workloadId')
  @Requires('secrets:read')
  @Answers(secretList)
  listSecrets(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', ParseUUIDPipe) workloadId: string,
  ): Promise<SecretList> {
    return this.configs.listSecrets(caller, workloadId);
  }

  @Patch('secrets/:workloadId')
  @Requires('secrets:update')
  @Answers(configChange, 202)
  changeSecrets(
    @CurrentCaller() caller: Caller,
    @Param('workloadId', ParseUUIDPipe) workloadId: string,
    @Body({ schema: changeSecrets }) body: ChangeSecrets,
  ): Promise<ConfigChange> {
    return this.configs.changeSecrets(caller, workloadId, body);
  }
}
