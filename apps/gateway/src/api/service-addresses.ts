import type { KongService } from '../kong/kong-schema.js';

export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
  /** Path that stands before the request's; "/" for none. */
  readonly path: string;
}

/** Where each Kong service listens: as the file says unless overridden by name. */
export class ServiceAddresses {
  private readonly overrides = new Map<string, string>();

  constructor(overrides: Readonly<Record<string, string>>) {
    this.update(overrides);
  }

  /** Adds or replaces URLs by service name. @throws TypeError when one is no URL. */
  update(overrides: Readonly<Record<string, string>>): void {
    const checked = Object.entries(overrides).map(([name, url]) => [name, new URL(url).href] as const);
    for (const [name, url] of checked) this.overrides.set(name, url);
  }

  of(service: KongService): ServiceAddress {
    const url = this.overrides.get(service.name) ?? service.url;
    if (url === undefined) return { host: service.host ?? '', port: service.port, path: service.path ?? '/' };
    const { hostname, port, pathname } = new URL(url);
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80), path: pathname };
  }
}
