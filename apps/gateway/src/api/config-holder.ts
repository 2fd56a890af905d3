import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import { type GatewayConfig, loadGatewayConfig } from '../kong/gateway-config.js';

/** What `GET /config/status` tells: which configuration is in effect and which keys it knows. */
export interface ConfigStatus {
  /** Raised by one at each change. */
  readonly version: number;
  /** SHA-256 of the configuration's text, hexadecimal. */
  readonly hash: string;
  readonly loadedAt: string;
  /** Key ids, sorted. */
  readonly keys: readonly string[];
}

/** The configuration in effect. A new one is checked whole, then takes the place of the old one in one step. */
export class ConfigHolder {
  private constructor(
    private readonly clock: Clock,
    public current: GatewayConfig,
    public status: ConfigStatus,
  ) {}

  /** @throws KongConfigError */
  static async load(text: string, clock: Clock): Promise<ConfigHolder> {
    const config = await loadGatewayConfig(text);
    return new ConfigHolder(clock, config, statusOf(1, text, config, clock));
  }

  /** @throws KongConfigError, and the former configuration stays. */
  async replace(text: string): Promise<ConfigStatus> {
    const config = await loadGatewayConfig(text);
    this.current = config;
    this.status = statusOf(this.status.version + 1, text, config, this.clock);
    return this.status;
  }
}

const statusOf = (version: number, text: string, config: GatewayConfig, clock: Clock): ConfigStatus => ({
  version,
  hash: createHash('sha256').update(text).digest('hex'),
  loadedAt: clock.now().toISOString(),
  keys: [...config.credentials.keys()].sort(),
});
