import { isDeepStrictEqual } from 'node:util';
import { type CanaryRoute, type RouteTable, spelled, type Upstream } from '@berth/contracts/runtime';
import type { Target } from '../proxy/target.js';
import { Wall } from '../protection/wall.js';
import type { AnswerCounts } from './answer-counts.js';
import type { InFlight } from './in-flight.js';

interface AppRoute {
  /** Empty: the whole host. */
  readonly path: string;
  /** For whom answers are counted. */
  readonly workloadId: string | undefined;
  readonly upstreams: readonly Upstream[];
  /** Where the search among equals starts next time. */
  turn: number;
  readonly canary: CanaryRoute | undefined;
  readonly wall: Wall | undefined;
  /** Where the search among equals of the canary starts next time. */
  canaryTurn: number;
  /** Percent of a request that the canary is owed: at 100 it gets the next one. So of 100 in a row it gets its weight. */
  owed: number;
}

/** Those of one host, the longest path first. */
type RoutesByHost = ReadonlyMap<string, readonly AppRoute[]>;

/** Where a request wants to: its host, and its target as it was sent. */
export interface Aim {
  readonly host: string;
  readonly target: string | undefined;
}

const WHOLE = 100;

/** A table that must not take effect. `conflict`: an older version than the one in effect, or the same with other content. */
export class RouteTableError extends Error {
  constructor(
    readonly reason: 'conflict' | 'invalid',
    message: string,
  ) {
    super(message);
  }
}

/** The route table in effect. It is replaced as a whole; a request looks at it anew for each attempt. */
export class AppRoutes {
  private current: RouteTable | undefined;
  private byHost: RoutesByHost = new Map();

  constructor(
    private readonly inFlight: InFlight,
    private readonly answers: AnswerCounts,
  ) {}

  table(): RouteTable {
    return this.current ?? { version: 0, routes: [] };
  }

  /** @throws RouteTableError */
  replace(table: RouteTable): void {
    if (this.current && isDeepStrictEqual(this.current, table)) return;
    if (this.current && table.version <= this.current.version) {
      throw new RouteTableError('conflict', `version ${this.current.version} is in effect`);
    }
    this.byHost = compile(table, this.byHost);
    this.current = table;
    this.answers.keep(new Set(table.routes.flatMap(upstreamsOf).map(({ id }) => id)));
  }

  has(host: string): boolean {
    return this.byHost.has(host);
  }

  /** Whether the host, or the path of it that the request begins with, is anybody's. */
  leads(aim: Aim): boolean {
    return this.routeFor(aim) !== undefined;
  }

  workloadOf(aim: Aim): string | undefined {
    return this.routeFor(aim)?.workloadId;
  }

  /** What visitors have to pass on their way there. */
  wallOf(aim: Aim): Wall | undefined {
    return this.routeFor(aim)?.wall;
  }

  /** The upstream with the fewest requests in flight, in turn among equals; it counts as busy until released. */
  pick(aim: Aim, refused: ReadonlySet<string>): Target | undefined {
    const route = this.routeFor(aim);
    const upstream = route && this.upstreamFor(route, refused);
    if (!upstream) return undefined;
    const { id } = upstream;
    this.inFlight.enter(id);
    return {
      ...upstream,
      release: () => this.inFlight.leave(id),
      answered: (isError) => this.answers.add(id, isError),
    };
  }

  private routeFor({ host, target = '/' }: Aim): AppRoute | undefined {
    return this.byHost.get(host)?.find(({ path }) => isWithin(target, path));
  }

  /** A request that was refused once goes to whoever takes it. */
  private upstreamFor(route: AppRoute, refused: ReadonlySet<string>): Upstream | undefined {
    const { upstreams, canary } = route;
    const toCanary = refused.size === 0 && canary !== undefined && isCanarysTurn(route, canary);
    const fromStable = (): Upstream | undefined => this.leastBusy(upstreams, route.turn++, refused);
    const fromCanary = (): Upstream | undefined => this.leastBusy(canary?.upstreams ?? [], route.canaryTurn++, refused);
    return toCanary ? (fromCanary() ?? fromStable()) : (fromStable() ?? fromCanary());
  }

  private leastBusy(upstreams: readonly Upstream[], start: number, refused: ReadonlySet<string>): Upstream | undefined {
    let best: Upstream | undefined;
    let fewest = Infinity;
    for (let offset = 0; offset < upstreams.length; offset++) {
      const upstream = upstreams[(start + offset) % upstreams.length] as Upstream;
      const busy = this.inFlight.of(upstream.id);
      if (busy >= fewest || refused.has(upstream.id)) continue;
      best = upstream;
      fewest = busy;
    }
    return best;
  }
}

function isCanarysTurn(route: AppRoute, { weight }: CanaryRoute): boolean {
  route.owed += weight;
  if (route.owed < WHOLE) return false;
  route.owed -= WHOLE;
  return true;
}

const upstreamsOf = ({ upstreams, canary }: RouteTable['routes'][number]): Upstream[] => [
  ...upstreams,
  ...(canary?.upstreams ?? []),
];

/** By whole segments, as a prefix of the Gateway API: `/api` has `/api`, `/api/` and `/api?a`, and not `/apis`. */
function isWithin(target: string, path: string): boolean {
  if (!target.startsWith(path)) return false;
  return path === '' || ['/', '?', undefined].includes(target[path.length]);
}

/** What a canary is owed outlives the table: others change it at any time. */
function compile(table: RouteTable, former: RoutesByHost): RoutesByHost {
  const byHost = new Map<string, AppRoute[]>();
  for (const { host, path = '', workloadId, upstreams, canary, protection } of table.routes) {
    const name = host.toLowerCase();
    const listed = byHost.get(name) ?? [];
    const isIt = (route: AppRoute): boolean => route.path === path;
    if (listed.some(isIt))
      throw new RouteTableError('invalid', `host "${spelled({ host: name, path })}" is listed twice`);
    const owed = former.get(name)?.find(isIt)?.owed ?? 0;
    const wall = protection && new Wall(protection);
    byHost.set(name, [...listed, { path, workloadId, upstreams, canary, wall, turn: 0, canaryTurn: 0, owed }]);
  }
  for (const listed of byHost.values()) listed.sort((one, other) => other.path.length - one.path.length);
  return byHost;
}
