import { type PinnedImage, pinnedImage } from '../runtime/image-reference.js';

/** An image by a name that may lead to another image tomorrow. */
export interface TaggedImage {
  /** As it was given: what a cluster pulls from. */
  readonly repository: string;
  readonly tag: string;
  /** By which credentials name it: `docker.io`, `registry.example:5000`. */
  readonly registry: string;
  /** Within the registry. */
  readonly path: string;
}

/** What everybody means who names no registry, and where it answers. */
const DOCKER_HUB = 'docker.io';
const aliases: Readonly<Record<string, string>> = { 'index.docker.io': DOCKER_HUB, 'registry-1.docker.io': DOCKER_HUB };
const apiHosts: Readonly<Record<string, string>> = { [DOCKER_HUB]: 'registry-1.docker.io' };

/** Undefined for one that is named by its digest. The rules of names are those of Docker, which all container tools share. */
export function taggedImage(reference: string): TaggedImage | undefined {
  if (pinnedImage(reference)) return undefined;
  const [, repository = reference, tag = 'latest'] = /^(.*?)(?::([^:/]+))?$/.exec(reference) ?? [];
  const [first = '', ...rest] = repository.split('/');
  if (rest.length === 0 || !isHost(first)) return onDockerHub(repository, tag, repository);
  const registry = first.toLowerCase();
  if (aliases[registry] ?? registry === DOCKER_HUB) return onDockerHub(repository, tag, rest.join('/'));
  return { repository, tag, registry, path: rest.join('/') };
}

/** What a release has of it: which one it was, and as what it was asked for. Null before its registry has said. */
export function resolvedImage(reference: string, digest: string | null): (PinnedImage & { tag: string }) | null {
  const { repository, tag } = taggedImage(reference) ?? {};
  return repository === undefined || tag === undefined || digest === null ? null : { repository, tag, digest };
}

/** `team/shop` lies on Docker Hub, `localhost/shop` and `a.b/shop` do not. */
const isHost = (part: string): boolean => /[.:A-Z]/.test(part) || part === 'localhost';

const onDockerHub = (repository: string, tag: string, path: string): TaggedImage => ({
  ...{ repository, tag, registry: DOCKER_HUB },
  path: path.includes('/') ? path : `library/${path}`,
});

/** Of its manifest, in the API of the registry. A registry on this machine has no certificate. */
export function manifestUrl({ registry, path, tag }: TaggedImage): string {
  const host = apiHosts[registry] ?? registry;
  const scheme = /^(localhost|127\.[0-9.]+)(:|$)/.test(host) ? 'http' : 'https';
  return `${scheme}://${host}/v2/${path}/manifests/${tag}`;
}
