import type { Logger } from 'pino';
import type { AgentClock } from './clock.js';
import type { Cgroups } from './limits/cgroups.js';
import type { Census } from './processes/census.js';
import type { Identities } from './processes/identities.js';
import type { Ledger } from './processes/ledger.js';
import type { Ports } from './processes/ports.js';
import type { AppRouter } from './router/app-router.js';
import type { RouteBook } from './router/route-book.js';
import type { SlugStore } from './slugs/slug-store.js';
import type { Tuning } from './tuning.js';
import type { VolumeFolders } from './workloads/volume-folders.js';

/** What all workloads of one agent share. */
export interface AgentContext {
  readonly clock: AgentClock;
  readonly logger: Logger;
  readonly tuning: Tuning;
  readonly census: Census;
  readonly ledger: Ledger;
  readonly ports: Ports;
  readonly routes: RouteBook;
  readonly router: AppRouter;
  readonly slugs: SlugStore;
  /** Undefined: everything runs as the agent's own user. */
  readonly identities: Identities | undefined;
  /** Undefined: the kernel enforces nothing, what is in /proc is all that is known. */
  readonly cgroups: Cgroups | undefined;
  readonly instancesFolder: string;
  readonly logsFolder: string;
  /** What is in it outlives the agent. */
  readonly tasksFolder: string;
  readonly volumes: VolumeFolders;
  /** Folders of the host's toolchains, `:` between them. */
  readonly toolPath: string;
}
