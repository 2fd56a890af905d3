import type { KongRoute } from './kong-schema.js';

/** What the router looks at. `path` is normalised, `host` has no port and is lower case. */
export interface RoutedRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

export interface RouteMatch<Target> {
  readonly target: Target;
  /** The path behind the matched part; undefined unless the route strips it. */
  readonly rest: string | undefined;
}

interface Candidate<Target> {
  readonly target: Target;
  readonly route: KongRoute;
  readonly methods: ReadonlySet<string> | undefined;
  readonly hosts: readonly string[];
  readonly path: PathRule | undefined;
}

interface PathRule {
  readonly pattern: RegExp | undefined;
  readonly prefix: string;
}

/**
 * Kong's `traditional_compatible` router over a fixed set of routes.
 *
 * Tried first: more kinds of criteria (paths, hosts, methods), then whole hosts before wildcards, then regular
 * expressions by `regex_priority`, then the longest path; among equals the order in the file.
 */
export class KongRouter<Target> {
  private readonly candidates: readonly Candidate<Target>[];

  constructor(routes: readonly (readonly [KongRoute, Target])[]) {
    this.candidates = routes.flatMap(([route, target]) => candidatesOf(route, target)).sort(byPriority);
  }

  match(request: RoutedRequest): RouteMatch<Target> | undefined {
    for (const candidate of this.candidates) {
      const matched = matchedLength(candidate, request);
      if (matched === undefined) continue;
      const rest = candidate.route.strip_path && candidate.path ? request.path.slice(matched) : undefined;
      return { target: candidate.target, rest };
    }
    return undefined;
  }
}

function candidatesOf<Target>(route: KongRoute, target: Target): Candidate<Target>[] {
  const common = {
    target,
    route,
    methods: route.methods?.length ? new Set(route.methods) : undefined,
    hosts: (route.hosts ?? []).map((host) => host.toLowerCase()),
  };
  if (!route.paths?.length) return [{ ...common, path: undefined }];
  return route.paths.map((path) => ({ ...common, path: pathRule(path) }));
}

/** @throws SyntaxError when the regular expression is none. */
export function pathRule(path: string): PathRule {
  if (!path.startsWith('~')) return { pattern: undefined, prefix: path };
  return { pattern: new RegExp(`^${path.slice(1)}`), prefix: path };
}

function byPriority<Target>(left: Candidate<Target>, right: Candidate<Target>): number {
  const ours = priority(left);
  const theirs = priority(right);
  const decisive = ours.findIndex((value, index) => value !== theirs[index]);
  return decisive < 0 ? 0 : (theirs[decisive] ?? 0) - (ours[decisive] ?? 0);
}

function priority({ path, hosts, methods, route }: Candidate<unknown>): number[] {
  const criteria = Number(path !== undefined) + Number(hosts.length > 0) + Number(methods !== undefined);
  const wholeHosts = hosts.length > 0 && !hosts.some((host) => host.includes('*'));
  const pattern = path?.pattern !== undefined;
  return [
    criteria,
    Number(wholeHosts),
    Number(pattern),
    pattern ? route.regex_priority : 0,
    pattern ? 0 : (path?.prefix.length ?? 0),
  ];
}

/** Length of the matched part of the path, or undefined when the candidate does not match. */
function matchedLength({ path, hosts, methods }: Candidate<unknown>, request: RoutedRequest): number | undefined {
  if (methods && !methods.has(request.method)) return undefined;
  if (hosts.length > 0 && !hosts.some((host) => hostMatches(host, request.host))) return undefined;
  if (!path) return 0;
  if (path.pattern) return path.pattern.exec(request.path)?.[0].length;
  return request.path.startsWith(path.prefix) ? path.prefix.length : undefined;
}

function hostMatches(rule: string, host: string): boolean {
  if (rule.startsWith('*')) return host.endsWith(rule.slice(1)) && host.length >= rule.length;
  if (rule.endsWith('*')) return host.startsWith(rule.slice(0, -1)) && host.length >= rule.length;
  return rule === host;
}
