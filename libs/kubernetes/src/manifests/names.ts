import { createHash } from 'node:crypto';

// The controllers add up to 17 characters to a Deployment's name, and a pod's name is its host name: 63 at most.
const LONGEST = 46;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** What stands between visitors and an app: what routes name, and what that asks, one after the other. */
export type ProtectionPart = 'chain' | 'allow' | 'login';

/**
 * Name of a part of the protection of an app. All of one length: Traefik knows a Middleware as NAMESPACE-NAME, and with
 * names of several lengths that of one namespace could be that of another.
 */
export const protectionName = (app: string, part: ProtectionPart): string =>
  `${part}-${createHash('sha256').update(`${app}/web.${part}`).digest('hex').slice(0, 16)}`;

const cut = (name: string, length: number): string => name.slice(0, length).replace(/-+$/, '');

/**
 * Name of what an app has for one of its process types. Always with a hash: `a` and `b-c` is not `a-b` and `c`, which may
 * live in the same namespace.
 */
export const processObjectName = (app: string, process: string): string =>
  hashed(`${app}-${process}`, `${app}/${process}`);

/** Name of what a canary of an app has; no process type has a dot in its name. */
export const canaryObjectName = (app: string): string => hashed(`${app}-canary`, `${app}/web.canary`);

/** Name of what one run of a command has. */
export const taskObjectName = (app: string, process: string, taskId: string): string =>
  hashed(`${app}-${process}`, taskId);

/** Name of a volume inside a pod. By its id: another one of the same name finds nothing of the former. */
export const volumeNameOf = ({ name, id }: { readonly name: string; readonly id: string }): string =>
  `${cut(name, 20)}-${hashOf(id)}`;

/** Name of the claim of a volume that there is one of. */
export const claimNameOf = (volume: { readonly name: string; readonly id: string }): string =>
  `volume-${volumeNameOf(volume)}`;

/** Name of what leads one host, or a path of it, to an app. */
export const routeName = (app: string, place: string): string => hashed(`${app}-web`, `${app}/${place}`);

/** Name of what lets an app, or a run of one of its commands, out to another one or into it. */
export const linkPolicyName = (source: string, target: string, way: 'to' | 'into'): string =>
  hashed(`${source}-${way}-${target}`, `${source}/${way}/${target}`);

const hashed = (readable: string, whole: string): string => `${cut(readable, LONGEST - 9)}-${hashOf(whole)}`;

/** The first ten digits of a digest. */
export const shortDigest = (digest: string): string => digest.slice('sha256:'.length, 'sha256:'.length + 10);
