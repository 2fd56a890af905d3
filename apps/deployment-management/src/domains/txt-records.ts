import { Resolver } from 'node:dns/promises';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import type { Found } from './domain.js';

/** What a resolver says when all is well and there is nothing. */
const nothing = new Set(['ENOTFOUND', 'ENODATA']);
const TIMEOUT_MILLISECONDS = 3_000;

/** Asks the world for TXT records. */
@Injectable()
export class TxtRecords {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  async of(name: string, signal: AbortSignal): Promise<Found> {
    const resolver = new Resolver({ timeout: TIMEOUT_MILLISECONDS, tries: 2 });
    if (this.config.DNS_SERVERS.length > 0) resolver.setServers(this.config.DNS_SERVERS);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const records = await resolver.resolveTxt(name);
      return { kind: 'records', values: records.map((parts) => parts.join('')) };
    } catch (error) {
      signal.throwIfAborted(); // cancelled by us: it says nothing of DNS
      const code = codeOf(error);
      return nothing.has(code) ? { kind: 'records', values: [] } : { kind: 'unknown', why: code };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}

/** What is no answer of a resolver is not swallowed. */
function codeOf(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'queryTxt' && code !== undefined) return code;
  throw error;
}
