/** What a client says of itself; the secret is absent for a public one. */
export interface ClientCredentials {
  readonly id: string;
  readonly secret: string | undefined;
}

interface ClientFields {
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
}

/**
 * By HTTP Basic or in the form, never by both (RFC 6749, section 2.3). Undefined when there is none, or it makes no sense.
 */
export function credentialsOf(authorization: string | undefined, form: ClientFields): ClientCredentials | undefined {
  if (authorization === undefined)
    return form.client_id === undefined ? undefined : { id: form.client_id, secret: form.client_secret };
  if (form.client_secret !== undefined) return undefined;
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1];
  const [id, secret] = splitOnce(Buffer.from(encoded ?? '', 'base64').toString('utf8')).map(decoded);
  if (id === undefined || secret === undefined) return undefined;
  return form.client_id === undefined || form.client_id === id ? { id, secret } : undefined;
}

function splitOnce(text: string): string[] {
  const at = text.indexOf(':');
  return at < 0 ? [] : [text.slice(0, at), text.slice(at + 1)];
}

/** Both halves are encoded as in a form (RFC 6749, section 2.3.1). */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined; // no client that we know
  }
}
