import type { ServiceName } from '@berth/contracts/events';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import type { EntityTarget, MigrationInterface, ObjectLiteral } from 'typeorm';
import type { BaseConfig } from '../config/base-config.js';
import type { ConfigSchema } from '../config/load-config.js';

/** Everything that makes one service; the same value starts it alone, in the embedded composition and in tests. */
export interface ServiceDefinition<Config extends BaseConfig = BaseConfig> {
  readonly name: ServiceName;
  /** Parses the environment. */
  readonly config: ConfigSchema<Config>;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** The service's own module: features and libraries. */
  module(config: Config): DynamicModule;
  /** Connects transports (event consumption) before the application starts. */
  connect?(app: INestApplication): void;
}
