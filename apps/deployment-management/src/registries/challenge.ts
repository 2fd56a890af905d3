/** How a registry wants to be told who asks (RFC 7235, RFC 6750). */
export type Challenge =
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string }
  | { readonly scheme: 'basic' };

/** The first that we can answer, tokens before passwords; undefined when there is none. */
export function challengeIn(header: string | null): Challenge | undefined {
  if (header === null) return undefined;
  const bearer = parametersAfter('Bearer', header);
  const { realm, service, scope } = bearer ?? {};
  if (realm !== undefined)
    return {
      scheme: 'bearer',
      realm,
      ...(service !== undefined && { service }),
      ...(scope !== undefined && { scope }),
    };
  return parametersAfter('Basic', header) && { scheme: 'basic' };
}

function parametersAfter(scheme: string, header: string): Record<string, string> | undefined {
  const start = new RegExp(`(?:^|,)\\s*${scheme}(?:\\s+|$)`, 'i').exec(header);
  if (!start) return undefined;
  // Sticky: it ends where the next scheme begins, whose name no `=` follows.
  const parameter = /[\s,]*([a-z_-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/iy;
  parameter.lastIndex = start.index + start[0].length;
  const found: Record<string, string> = {};
  for (let match = parameter.exec(header); match; match = parameter.exec(header))
    found[(match[1] ?? '').toLowerCase()] ??= (match[2] ?? match[3] ?? '').replaceAll(/\\(.)/g, '$1');
  return found;
}
