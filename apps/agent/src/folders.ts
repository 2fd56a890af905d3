import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { bootId, readProcess } from './processes/proc.js';

export interface AgentFolders {
  readonly ledger: string;
  readonly slugs: string;
  readonly instances: string;
  readonly logs: string;
  readonly tasks: string;
  readonly volumes: string;
}

/** Makes the agent's folders. Tenants may pass through those that lead to a slug or an instance, and list none. */
export async function prepareFolders(folder: string, isolateUsers: boolean): Promise<AgentFolders> {
  const folders = {
    ledger: join(folder, 'ledger'),
    slugs: join(folder, 'slugs'),
    instances: join(folder, 'instances'),
    logs: join(folder, 'logs'),
    tasks: join(folder, 'tasks'),
    volumes: join(folder, 'volumes'),
  };
  await mkdir(folder, { recursive: true });
  // Their processes are ended by now, and no desired state refers to them.
  await rm(folders.instances, { recursive: true, force: true });
  for (const passed of [folder, folders.slugs, folders.instances, folders.volumes]) await makeWithMode(passed, 0o711);
  for (const closed of [folders.ledger, folders.logs, folders.tasks]) await makeWithMode(closed, 0o700);
  if (isolateUsers) await expectSearchable(folder);
  return folders;
}

async function makeWithMode(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, mode); // whatever the umask is
}

async function expectSearchable(folder: string): Promise<void> {
  for (let path = resolve(folder); path !== dirname(path); path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) !== 0) continue;
    throw new Error(`Apps run under their own users, who cannot pass through ${path}; choose a folder elsewhere.`);
  }
}

const holder = z.object({ pid: z.int(), startTime: z.int(), bootId: z.string() });

/**
 * Takes the folder for this process. A second agent would take the first one's children for leftovers.
 * @throws Error when another agent that still runs holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'agent.json');
  await mkdir(folder, { recursive: true });
  const held = await readFile(path, 'utf8').then(parseHolder, () => undefined);
  if (held && isAlive(held)) throw new Error(`An agent (process ${held.pid}) already works in ${folder}.`);
  const startTime = readProcess(process.pid)?.startTime ?? 0;
  await writeFile(path, JSON.stringify({ pid: process.pid, startTime, bootId: bootId() }), { mode: 0o600 });
  return () => rm(path, { force: true });
}

function parseHolder(text: string): z.infer<typeof holder> | undefined {
  try {
    return holder.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // cut short by a crash
  }
}

const isAlive = (held: z.infer<typeof holder>): boolean =>
  held.bootId === bootId() && readProcess(held.pid)?.startTime === held.startTime;
