import { CONFIG, outboundFetch } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { RegistryLogins } from '../pull-credentials/registry-logins.js';
import type { TaggedImage } from './image-name.js';
import { RegistryClient } from './registry-client.js';

/** Manifests are some KB; registries take none beyond 4 MiB. */
const MOST_OF_ANSWER = 4 * 1_048_576;
const TIMEOUT = 10_000;

/** Which image a tag of a tenant means now, asked as that organization. */
@Injectable()
export class ImageDigests {
  private readonly client: RegistryClient;

  constructor(
    private readonly logins: RegistryLogins,
    @Inject(CONFIG) { PRIVATE_REGISTRIES: allowPrivateAddresses, OUTBOUND_HOSTS: hosts }: Config,
  ) {
    const limits = { timeoutMs: TIMEOUT, maxBytes: MOST_OF_ANSWER };
    this.client = new RegistryClient(outboundFetch({ ...limits, allowPrivateAddresses, hosts }));
  }

  /** @throws ImageRefused, RegistryAway */
  async of(organizationId: string, image: TaggedImage, signal: AbortSignal): Promise<string> {
    const { logins } = await this.logins.of(organizationId);
    const login = logins.find(({ registry }) => registry === image.registry);
    return this.client.digestOf(image, login, signal);
  }
}
