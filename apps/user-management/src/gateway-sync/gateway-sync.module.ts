import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { GatewaySyncReconciler } from './gateway-sync.reconciler.js';
import { Gateways } from './gateways.js';
import { StartGatewaySync } from './start-gateway-sync.js';

@Module({ imports: [SigningKeysModule], providers: [Gateways, GatewaySyncReconciler, StartGatewaySync] })
export class GatewaySyncModule {}
