import { readFile } from 'node:fs/promises';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import type { SigningKey } from '../signing-keys/signing-key.js';
import { postConfig } from './gateway-control.js';
import { kongWithKeys } from './kong-with-keys.js';

/** The gateways named by the configuration. */
@Injectable()
export class Gateways {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Resolves when every gateway has taken the keys. @throws GatewayRefused */
  async take(keys: readonly SigningKey[], signal: AbortSignal): Promise<void> {
    const { GATEWAY_CONTROL: addresses, GATEWAY_CA_FILE: caFile, KONG_FILE: file } = this.config;
    if (addresses.length === 0 || file === undefined) return;
    const rendered = kongWithKeys(await readFile(file, 'utf8'), keys);
    await Promise.all(addresses.map((address) => postConfig({ address, caFile }, rendered, signal)));
  }
}
