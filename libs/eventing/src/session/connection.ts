import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';

export interface PostgresAddress {
  readonly url: string;
  /** PEM file of the authority that signed the server's certificate; read anew for each connection. */
  readonly caFile?: string | undefined;
}

/** What `pg` needs to connect, with keep-alive so that a dead peer is noticed. */
export const connectionOptions = ({ url, caFile }: PostgresAddress): ClientConfig => ({
  connectionString: url,
  keepAlive: true,
  connectionTimeoutMillis: 10_000,
  ...(caFile ? { ssl: { ca: readFileSync(caFile, 'utf8') } } : {}),
});
