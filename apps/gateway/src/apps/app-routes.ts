import { isDeepStrictEqual } from 'node:util';
import type { RouteTable, Upstream } from '@berth/contracts/runtime';
import type { Target } from '../proxy/target.js';
import type { InFlight } from './in-flight.js';

interface AppRoute {
  readonly upstreams: readonly Upstream[];
  /** Where the search among equals starts next time. */
  turn: number;
}

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
  private byHost: ReadonlyMap<string, AppRoute> = new Map();

  constructor(private readonly inFlight: InFlight) {}

  table(): RouteTable {
    return this.current ?? { version: 0, routes: [] };
  }

  /** @throws RouteTableError */
  replace(table: RouteTable): void {
    if (this.current && isDeepStrictEqual(this.current, table)) return;
    if (this.current && table.version <= this.current.version) {
      throw new RouteTableError('conflict', `version ${this.current.version} is in effect`);
    }
    this.byHost = compile(table);
    this.current = table;
  }

  has(host: string): boolean {
    return this.byHost.has(host);
  }

  /** The upstream with the fewest requests in flight, in turn among equals; it counts as busy until released. */
  pick(host: string, refused: ReadonlySet<string>): Target | undefined {
    const route = this.byHost.get(host);
    const upstream = route && this.leastBusy(route, refused);
    if (!upstream) return undefined;
    this.inFlight.enter(upstream.id);
    return { ...upstream, release: () => this.inFlight.leave(upstream.id) };
  }

  private leastBusy(route: AppRoute, refused: ReadonlySet<string>): Upstream | undefined {
    const { upstreams } = route;
    let best: Upstream | undefined;
    let fewest = Infinity;
    const start = route.turn++;
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

function compile(table: RouteTable): Map<string, AppRoute> {
  const byHost = new Map<string, AppRoute>();
  for (const { host, upstreams } of table.routes) {
    const name = host.toLowerCase();
    if (byHost.has(name)) throw new RouteTableError('invalid', `host "${name}" is listed twice`);
    byHost.set(name, { upstreams, turn: 0 });
  }
  return byHost;
}
