import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';

/**
 * TLS options of a client that trusts one authority, whose PEM file is read anew for each connection: an authority that is
 * replaced needs no restart. Nothing without a file.
 */
export function trusting(caFile: string | undefined): { ssl?: { readonly ca: string } } {
  if (caFile === undefined) return {};
  return {
    ssl: {
      get ca() {
        return readFileSync(caFile, 'utf8');
      },
    },
  };
}

/** Certificate and key of a server, as they lie in their PEM files now. */
export const readCertificate = (certFile: string, keyFile: string): SecureContextOptions => ({
  cert: readFileSync(certFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
});
