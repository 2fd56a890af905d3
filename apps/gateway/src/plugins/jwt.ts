import { compactVerify, decodeProtectedHeader } from 'jose';
import type { Credential } from '../kong/gateway-config.js';
import type { JwtConfig } from '../kong/plugin-schemas.js';

export type JwtVerdict = { readonly credential: Credential } | { readonly refusal: Readonly<Record<string, string>> };

/** Where a token may stand. `header` answers the first value of a header. */
export interface TokenCarrier {
  header(name: string): string | undefined;
  readonly query: string;
}

const refuse = (message: string): JwtVerdict => ({ refusal: { message } });

/**
 * Decides as Kong's jwt plugin does: the credential is found by a claim or, when the payload has no such claim, by the
 * header's member of that name (`kid`); the signature is checked before the claims. The body of each refusal (401) is Kong's.
 */
export async function authenticate(
  config: JwtConfig,
  credentials: ReadonlyMap<string, Credential>,
  carrier: TokenCarrier,
  now: Date,
): Promise<JwtVerdict> {
  const tokens = findTokens(config, carrier);
  if (tokens.length > 1) return refuse('Multiple tokens provided');
  const [token] = tokens;
  if (token === undefined) return refuse('Unauthorized');
  const decoded = decode(token);
  if (!decoded) return refuse('Bad token; invalid JSON');
  const key = decoded.claims[config.key_claim_name] ?? decoded.header[config.key_claim_name];
  if (key === undefined) return refuse(`No mandatory '${config.key_claim_name}' in claims`);
  const credential = typeof key === 'string' ? credentials.get(key) : undefined;
  if (!credential) return refuse(`No credentials found for given '${config.key_claim_name}'`);
  if (decoded.header['alg'] !== 'RS256') return refuse('Invalid algorithm');
  if (!(await signatureHolds(token, credential))) return refuse('Invalid signature');
  const failed = failedClaims(config, decoded.claims, now);
  return failed ? { refusal: failed } : { credential };
}

function findTokens(config: JwtConfig, carrier: TokenCarrier): string[] {
  const query = new URLSearchParams(config.uri_param_names.length > 0 ? carrier.query : '');
  const named = config.uri_param_names.find((name) => query.has(name));
  if (named !== undefined) return [...new Set(query.getAll(named))];
  for (const name of config.header_names) {
    const token = /\s*[Bb]earer\s+(.+)/.exec(carrier.header(name) ?? '')?.[1];
    if (token !== undefined) return [token];
  }
  return [];
}

interface Decoded {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

function decode(token: string): Decoded | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    if (typeof payload !== 'object' || payload === null) return undefined;
    return {
      header: decodeProtectedHeader(token) as Record<string, unknown>,
      claims: payload as Record<string, unknown>,
    };
  } catch {
    return undefined; // whatever is wrong with its shape, the answer is the same
  }
}

async function signatureHolds(token: string, credential: Credential): Promise<boolean> {
  try {
    await compactVerify(token, credential.publicKey, { algorithms: ['RS256'] });
    return true;
  } catch {
    return false; // jose tells by throwing that the signature or the form is wrong
  }
}

function failedClaims(config: JwtConfig, claims: Decoded['claims'], now: Date): Record<string, string> | undefined {
  const second = Math.floor(now.getTime() / 1_000);
  const problems = config.claims_to_verify.flatMap((claim): [string, string][] => {
    const value = claims[claim];
    if (typeof value !== 'number') return [[claim, 'must be a number']];
    if (claim === 'exp') return value <= second ? [['exp', 'token expired']] : [];
    return value > second ? [['nbf', 'token not valid yet']] : [];
  });
  return problems.length > 0 ? Object.fromEntries(problems) : undefined;
}
