import { type TrustFiles, trusting } from '@berth/service-kit';
import type { ClientConfig } from 'pg';

/** With the files of TLS; they are read anew for each connection. */
export interface PostgresAddress extends TrustFiles {
  readonly url: string;
}

/** What `pg` needs to connect, with keep-alive so that a dead peer is noticed. */
export const connectionOptions = ({ url, ...files }: PostgresAddress): ClientConfig => ({
  connectionString: url,
  keepAlive: true,
  connectionTimeoutMillis: 10_000,
  ...trusting(files),
});
