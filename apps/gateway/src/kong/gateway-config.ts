import { type CryptoKey, importSPKI } from 'jose';
import { KongConfigError, parseKongFile } from './parse-kong-file.js';
import { KongRouter, pathRule } from './kong-router.js';
import type { JwtSecret, KongConsumer, KongFile, KongRoute, KongService } from './kong-schema.js';
import type { Plugin } from './plugin-schemas.js';

export interface Credential {
  readonly key: string;
  readonly publicKey: CryptoKey;
  readonly consumer: KongConsumer;
}

/** One plugin as it stands on a route. `scope` names what its counters belong to. */
export type Placed<Name extends Plugin['name']> = Extract<Plugin, { name: Name }>['config'] & {
  readonly scope: string;
};

/** The plugins of one route after precedence: route before service before global, one of each name. */
export type RoutePlugins = { readonly [Name in Plugin['name']]?: Placed<Name> };

export interface ApiRoute {
  readonly name: string;
  readonly route: KongRoute;
  readonly service: KongService;
  readonly plugins: RoutePlugins;
}

/** A whole declarative configuration, checked and ready to be used; replaced as one. */
export interface GatewayConfig {
  readonly services: readonly KongService[];
  readonly router: KongRouter<ApiRoute>;
  readonly credentials: ReadonlyMap<string, Credential>;
}

/** @throws KongConfigError */
export async function loadGatewayConfig(text: string): Promise<GatewayConfig> {
  const file = parseKongFile(text);
  const services = (file.services ?? []).filter((service) => service.enabled);
  const routes = allRoutes(file, services);
  checkUnique('service', file.services?.map((service) => service.name) ?? []);
  checkUnique(
    'route',
    routes.map(([route]) => route.name),
  );
  checkPatterns(routes.map(([route]) => route));
  checkReferences(file, routes);
  const apiRoutes = routes.map(([route, service]): ApiRoute => {
    return { name: route.name, route, service, plugins: pluginsOf(file, service, route) };
  });
  return {
    services,
    router: new KongRouter(apiRoutes.map((apiRoute) => [apiRoute.route, apiRoute])),
    credentials: await credentialsOf(file),
  };
}

function allRoutes(file: KongFile, services: readonly KongService[]): (readonly [KongRoute, KongService])[] {
  const nested = services.flatMap((service) => (service.routes ?? []).map((route) => [route, service] as const));
  const flat = (file.routes ?? []).map((route) => {
    const service = services.find(({ name }) => name === route.service);
    if (!service) throw new KongConfigError([`route "${route.name}": service "${route.service}" does not exist`]);
    return [route, service] as const;
  });
  return [...nested, ...flat];
}

function checkUnique(kind: string, names: readonly string[]): void {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new KongConfigError(twice.map((name) => `${kind} "${name}" is declared twice`));
}

function checkPatterns(routes: readonly KongRoute[]): void {
  const problems = routes.flatMap((route) => (route.paths ?? []).flatMap((path) => patternProblem(route, path)));
  if (problems.length > 0) throw new KongConfigError(problems);
}

function patternProblem(route: KongRoute, path: string): string[] {
  try {
    pathRule(path);
    return [];
  } catch (error) {
    return [`route "${route.name}": path "${path}" is no regular expression: ${(error as Error).message}`];
  }
}

function checkReferences(file: KongFile, routes: readonly (readonly [KongRoute, KongService])[]): void {
  const routeNames = new Set(routes.map(([route]) => route.name));
  const serviceNames = new Set((file.services ?? []).map((service) => service.name));
  const dangling = (file.plugins ?? []).filter(
    ({ route, service }) => (route && !routeNames.has(route)) || (service && !serviceNames.has(service)),
  );
  if (dangling.length === 0) return;
  throw new KongConfigError(
    dangling.map(({ name }) => `plugin "${name}" stands on a service or route that is not there`),
  );
}

function pluginsOf(file: KongFile, service: KongService, route: KongRoute): RoutePlugins {
  const top = file.plugins ?? [];
  const scoped = (scope: string, plugins: readonly Plugin[]) =>
    plugins.filter((plugin) => plugin.enabled).map(({ name, config }) => [name, { ...config, scope }] as const);
  return Object.fromEntries([
    ...scoped(
      'global',
      top.filter((plugin) => !plugin.service && !plugin.route),
    ),
    ...scoped(
      `service ${service.name}`,
      top.filter((plugin) => plugin.service === service.name && !plugin.route),
    ),
    ...scoped(`service ${service.name}`, service.plugins ?? []),
    ...scoped(
      `route ${route.name}`,
      top.filter((plugin) => plugin.route === route.name),
    ),
    ...scoped(`route ${route.name}`, route.plugins ?? []),
  ]) as RoutePlugins;
}

async function credentialsOf(file: KongFile): Promise<Map<string, Credential>> {
  const consumers = file.consumers ?? [];
  const nested = consumers.flatMap((consumer) => (consumer.jwt_secrets ?? []).map((secret) => ({ secret, consumer })));
  const flat = (file.jwt_secrets ?? []).map((secret) => {
    const consumer = consumers.find(({ username }) => username === secret.consumer);
    if (!consumer)
      throw new KongConfigError([`jwt_secret "${secret.key}": consumer "${secret.consumer}" does not exist`]);
    return { secret, consumer };
  });
  const all = [...nested, ...flat];
  checkUnique(
    'jwt_secret',
    all.map(({ secret }) => secret.key),
  );
  const credentials = await Promise.all(
    all.map(async ({ secret, consumer }): Promise<[string, Credential]> => {
      return [secret.key, { key: secret.key, publicKey: await importKey(secret), consumer }];
    }),
  );
  return new Map(credentials);
}

async function importKey(secret: JwtSecret): Promise<CryptoKey> {
  try {
    return await importSPKI(secret.rsa_public_key, secret.algorithm);
  } catch (error) {
    throw new KongConfigError([
      `jwt_secret "${secret.key}": rsa_public_key cannot be read: ${(error as Error).message}`,
    ]);
  }
}
