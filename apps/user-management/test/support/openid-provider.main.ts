import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Configuration, Provider } from 'oidc-provider';

/**
 * A certified OpenID provider as a process of its own. Accounts are made by `PUT /test/accounts/<login>`; a browser is let in
 * as the account that `login_hint` names, without a page. `/user` answers as GitHub does.
 */
type Claims = Record<string, unknown> & { sub: string };
const accounts = new Map<string, Claims>();
/** Programs on a person's own machine, which come back to any port of it. */
const client = { application_type: 'native' as const, redirect_uris: process.argv.slice(2) };

const configuration: Configuration = {
  clients: [
    { ...client, client_id: 'berth', client_secret: 'berth-secret' },
    {
      ...client,
      client_id: 'berth-oauth',
      client_secret: 'oauth-secret',
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  scopes: ['openid', 'email', 'profile', 'read:user'],
  claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, { uid }) => `/test/interactions/${uid}` },
  findAccount: (_, id) => {
    const claims = accounts.get(id);
    return claims && { accountId: id, claims: () => ({ ...claims, sub: id }) };
  },
  cookies: { keys: ['for tests only'] },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
};

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const provider = new Provider(issuer, configuration);
const callback = provider.callback();

async function interact(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const { params, prompt, grantId } = await provider.interactionDetails(request, reply);
  const accountId = String(params['login_hint']);
  if (prompt.name === 'login') {
    const result = accounts.has(accountId) ? { login: { accountId } } : { error: 'access_denied' };
    return provider.interactionFinished(request, reply, result);
  }
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = existing ?? new provider.Grant({ accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  return provider.interactionFinished(request, reply, { consent: { grantId: await grant.save() } });
}

async function user(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const token = await provider.AccessToken.find((request.headers.authorization ?? '').replace(/^bearer /i, ''));
  const { sub, ...claims } = accounts.get(token?.accountId ?? '') ?? { sub: '' };
  reply.writeHead(sub === '' ? 401 : 200, { 'content-type': 'application/json' });
  reply.end(JSON.stringify({ id: Number(sub), ...claims }));
}

async function learn(request: IncomingMessage, reply: ServerResponse, login: string): Promise<void> {
  const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
  accounts.set(login, JSON.parse(body) as Claims);
  reply.writeHead(204).end();
}

server.on('request', (request, reply) => {
  const path = new URL(request.url ?? '/', issuer).pathname;
  const login = /^\/test\/accounts\/(\w+)$/.exec(path)?.[1];
  if (login !== undefined) return void learn(request, reply, login);
  if (path.startsWith('/test/interactions/')) return void interact(request, reply);
  if (path === '/user') return void user(request, reply);
  void callback(request, reply);
});
process.stdout.write(`${issuer}\n`);
