import type { CloudEvent } from '@berth/contracts/events';

export const serviceNames = ['user-management', 'deployment-management', 'build', 'metering'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** A running platform, whichever way it is put together. */
export interface Platform {
  /** The gateway's address. */
  readonly url: string;
  /** Where mail, builds, blobs and apps lie. */
  readonly folder: string;
  /** Everything that was logged and printed. */
  readonly everything: string;
  administrator(): Credentials;
  /** The service's own database, as its own role. */
  databaseUrl(service: ServiceName): string;
  /** Everything on the bus, in its order within each key. */
  events(): Promise<CloudEvent[]>;
  stopAndRemove(): Promise<void>;
}

export type StartPlatform = () => Promise<Platform>;
