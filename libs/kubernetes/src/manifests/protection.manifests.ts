import type { DesiredWorkload, Protection } from '@berth/contracts/runtime';
import { type Kind, kinds } from '../kinds.js';
import type { KubeObject } from '../kube-object.js';
import { inside, names } from './labels.js';
import { protectionName, type ProtectionPart } from './names.js';
import { encoded } from './secret-data.js';

const { apiVersion, kind }: Kind = kinds.middleware;
const [group] = apiVersion.split('/');

/** How Traefik is told at an Ingress what stands before it. */
export const MIDDLEWARES_ANNOTATION = 'traefik.ingress.kubernetes.io/router.middlewares';

/**
 * What asks visitors, as Traefik's Middlewares: where they come from, then who they are. Routes name the chain of both alone,
 * since several filters of one rule are asked in any order by some versions of it.
 */
export function protectionManifests(desired: DesiredWorkload): KubeObject[] {
  const { allow, logins } = protectionOf(desired);
  return [
    ...(allow ? [middleware(desired, 'allow', { ipAllowList: { sourceRange: allow } })] : []),
    ...(logins ? [middleware(desired, 'login', { basicAuth: asking(desired) })] : []),
  ];
}

/** What routes name, and what names its parts; after those. */
export function protectionChain(desired: DesiredWorkload): KubeObject[] {
  if (!isProtected(desired)) return [];
  const middlewares = protectionManifests(desired).map(({ metadata: { name } }) => ({ name }));
  return [middleware(desired, 'chain', { chain: { middlewares } })];
}

/** Whom it knows: names, and what bcrypt made of passwords, as `htpasswd` writes it. Changes in place; none where nobody is asked. */
export function loginsManifest(desired: DesiredWorkload): KubeObject[] {
  const { logins } = protectionOf(desired);
  if (!logins) return [];
  const metadata = {
    ...inside(desired, protectionName(desired.name, 'login'), 'web'),
    annotations: { [names.logins]: logins.version },
  };
  // Traefik takes a Secret of one entry, whatever that is called.
  const users = logins.known.map(({ username, passwordHash }) => `${username}:${passwordHash}`).join('\n');
  return [{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data: encoded({ users }) } as KubeObject];
}

/** What a rule of an HTTPRoute says of it. A gateway that knows no such filter answers with an error instead of leading on. */
export const protectionFilters = (desired: DesiredWorkload): { filters?: object[] } =>
  isProtected(desired)
    ? {
        filters: [{ type: 'ExtensionRef', extensionRef: { group, kind, name: protectionName(desired.name, 'chain') } }],
      }
    : {};

/** What an Ingress says of it. */
export const protectionAnnotations = (desired: DesiredWorkload): { annotations?: Record<string, string> } =>
  isProtected(desired)
    ? {
        annotations: {
          [MIDDLEWARES_ANNOTATION]: `${desired.namespace}-${protectionName(desired.name, 'chain')}@kubernetescrd`,
        },
      }
    : {};

/** Nobody is led to what has no `web`. */
const protectionOf = ({ processes, protection }: DesiredWorkload): Protection =>
  (processes.some(({ name }) => name === 'web') && protection) || {};

function isProtected(desired: DesiredWorkload): boolean {
  const { allow, logins } = protectionOf(desired);
  return allow !== undefined || logins !== undefined;
}

/** The password is for the gateway: apps are not handed it. */
const asking = ({ name }: DesiredWorkload): object => ({
  ...{ secret: protectionName(name, 'login'), realm: name, removeHeader: true },
});

const middleware = (desired: DesiredWorkload, part: ProtectionPart, spec: object): KubeObject =>
  ({ apiVersion, kind, metadata: inside(desired, protectionName(desired.name, part), 'web'), spec }) as KubeObject;
