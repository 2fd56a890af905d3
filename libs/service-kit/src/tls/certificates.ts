import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { BaseConfig } from '../config/base-config.js';

/** PEM files: of the authority that a client trusts, and of what it shows itself to servers that ask for a certificate. */
export interface TrustFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** `tls.connect` and those who use it copy them for each connection, and ask getters then. */
type TrustOptions = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

/**
 * TLS options of a client that trusts one authority. Files are read anew for each connection: what is replaced needs no
 * restart. Nothing without an authority.
 * @throws Error when there is a certificate without a key, or either of them without an authority
 */
export function trusting({ caFile, certFile, keyFile }: TrustFiles): { ssl?: TrustOptions } {
  const isPair = (certFile === undefined) === (keyFile === undefined);
  if (!isPair || (certFile !== undefined && caFile === undefined))
    throw new Error(
      'A client certificate is three files: of the certificate, of its key, and of the authority of servers.',
    );
  if (caFile === undefined) return {};
  const own = certFile !== undefined &&
    keyFile !== undefined && { cert: () => text(certFile), key: () => text(keyFile) };
  return { ssl: asked({ ca: () => text(caFile), ...own }) };
}

const text = (file: string): string => readFileSync(file, 'utf8');

/** An object whose properties are asked for each time. */
const asked = (of: Readonly<Record<string, () => string>>): TrustOptions =>
  Object.defineProperties(
    {},
    Object.fromEntries(Object.entries(of).map(([name, get]) => [name, { get, enumerable: true, configurable: true }])),
  );

/** Files by which the service's databases are trusted, and it shows itself to them. */
export const databaseTrust = (
  config: Pick<BaseConfig, 'DATABASE_CA_FILE' | 'DATABASE_CERT_FILE' | 'DATABASE_KEY_FILE'>,
): TrustFiles => ({
  caFile: config.DATABASE_CA_FILE,
  certFile: config.DATABASE_CERT_FILE,
  keyFile: config.DATABASE_KEY_FILE,
});

/** Certificate and key of a server, as they lie in their PEM files now. */
export const readCertificate = (certFile: string, keyFile: string): SecureContextOptions => ({
  cert: readFileSync(certFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
});
