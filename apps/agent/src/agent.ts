import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { type AgentClock, systemClock } from './clock.js';
import type { AgentContext } from './context.js';
import { lockFolder, prepareFolders } from './folders.js';
import { closeServer, listen } from './http/server.js';
import { Cgroups } from './limits/cgroups.js';
import { delegatedCgroup } from './limits/delegated-cgroup.js';
import type { Enforcement } from './limits/enforcement.js';
import { Census } from './processes/census.js';
import { Identities } from './processes/identities.js';
import { endLeftovers } from './processes/leftovers.js';
import { Ledger } from './processes/ledger.js';
import { Ports } from './processes/ports.js';
import type { AppRouter } from './router/app-router.js';
import { RouteBook } from './router/route-book.js';
import { type OpenBlob, SlugStore } from './slugs/slug-store.js';
import { defaultTuning, type Tuning } from './tuning.js';
import { Sessions } from './sessions/sessions.js';
import { Sampler } from './workloads/sampler.js';
import { Workloads } from './workloads/workloads.js';
import { VolumeFolders } from './workloads/volume-folders.js';

export interface AgentOptions {
  /** Process ledger, unpacked slugs, instance folders, logs. One agent at a time. */
  readonly folder: string;
  /** Unix socket that the agent serves; at most 103 bytes. */
  readonly socketPath: string;
  /** Bytes of a slug: a plain tar. Rejects when there is none. */
  readonly blobs: OpenBlob;
  readonly router: AppRouter;
  readonly logger: Logger;
  /** Run each workload under a user id of its own. Needs root. */
  readonly isolateUsers: boolean;
  /** Folders of the host's toolchains (node, python, ...), `:` between them; searched before the system's. */
  readonly toolPath: string;
  readonly clock?: AgentClock;
  /** Absent: below the cgroup that was handed to us, if one was. */
  readonly cgroups?: Cgroups;
  readonly tuning?: Partial<Tuning>;
}

export interface RunningAgent {
  /** How memory and CPU of instances are kept within their limits on this machine. */
  readonly enforcement: Enforcement;
  /** Ends all instances; nothing is left running. */
  close(): Promise<void>;
}

/**
 * Starts the supervisor of local processes. What an agent that was killed left running in the same folder is ended
 * first; what should run is stated anew by the clients, who are told so on `GET /changes`.
 * @throws Error with one sentence when it cannot work: folder taken or closed to tenants, isolation without root.
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  if (options.isolateUsers && process.getuid?.() !== 0)
    throw new Error('Running apps under their own users needs root.');
  const unlock = await lockFolder(options.folder);
  try {
    return await startLocked(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function startLocked(options: AgentOptions, unlock: () => Promise<void>): Promise<RunningAgent> {
  const clock = options.clock ?? systemClock;
  const ledger = new Ledger(`${options.folder}/ledger`);
  const found = await endLeftovers(ledger, clock);
  if (found > 0) options.logger.warn({ instances: found }, 'ended what a former agent left running');
  const enforcement = options.cgroups ? options.cgroups.enforcement : delegatedCgroup();
  const { context, workloads } = await assemble(options, clock, ledger, enforcement);
  await context.cgroups?.clear();
  await context.slugs.prepare();
  context.routes.publish();
  const sampler = new Sampler(context, () => workloads.running());
  const sessions = new Sessions(context, workloads);
  const routes = { workloads, clock, tuning: context.tuning, enforcement };
  const server = await listen(options.socketPath, routes, sessions, options.logger);
  const parts = { context, workloads, sampler, sessions, server, unlock };
  let closing: Promise<void> | undefined;
  return { enforcement, close: () => (closing ??= close(parts)) };
}

async function assemble(
  options: AgentOptions,
  clock: AgentClock,
  ledger: Ledger,
  enforcement: Enforcement,
): Promise<{ context: AgentContext; workloads: Workloads }> {
  const { logger, router, toolPath } = options;
  const folders = await prepareFolders(options.folder, options.isolateUsers);
  const volumes = new VolumeFolders(folders.volumes);
  await volumes.close();
  const context: AgentContext = {
    clock,
    logger,
    router,
    toolPath,
    ledger,
    tuning: { ...defaultTuning, ...options.tuning },
    census: new Census(clock),
    ports: new Ports(),
    routes: new RouteBook(router, clock, logger, () => workloads.routesChanged()),
    slugs: new SlugStore(folders.slugs, options.blobs, clock),
    identities: options.isolateUsers ? new Identities() : undefined,
    cgroups:
      options.cgroups ??
      (enforcement.kind === 'cgroup' ? new Cgroups(enforcement.folder, options.folder, clock) : undefined),
    instancesFolder: folders.instances,
    logsFolder: folders.logs,
    tasksFolder: folders.tasks,
    volumes,
  };
  const workloads = new Workloads(context);
  return { context, workloads };
}

interface Parts {
  readonly context: AgentContext;
  readonly workloads: Workloads;
  readonly sampler: Sampler;
  readonly sessions: Sessions;
  readonly server: Server;
  readonly unlock: () => Promise<void>;
}

async function close({ context, workloads, sampler, sessions, server, unlock }: Parts): Promise<void> {
  sessions.close();
  await workloads.close();
  sampler.stop();
  await context.routes.close();
  await closeServer(server);
  await unlock();
}
