import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '@berth/access';
import type { ChangeProtection, WorkloadProtection } from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hash } from 'bcrypt';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import { WorkloadWriter } from '../workloads/workload-writer.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { changed, isProtected, type ProtectionRow, toProtection } from './protection.js';
import { protectionErrors } from './protections.errors.js';

/** Gateways compare it at each request of a browser, unlike the passwords of people. */
const COST = 10;
const MOST_LOGINS = 20;
const ASK_MILLISECONDS = 15_000;

/** Who may visit a workload: a setting of its routes, and no part of a release. */
@Injectable()
export class ProtectionsService {
  constructor(
    private readonly database: Database,
    private readonly access: WorkloadAccess,
    private readonly workloads: WorkloadsRepository,
    private readonly writer: WorkloadWriter,
    private readonly runtimes: Runtimes,
  ) {}

  async get(caller: Caller, id: string): Promise<WorkloadProtection> {
    const { protection } = await this.access.require(caller, id, 'workloads:read');
    return toProtection(id, protection);
  }

  /** @throws 422 when a cluster of it cannot keep anybody out, 503 when that cannot be asked */
  async change(
    by: Caller,
    id: string,
    body: ChangeProtection,
    precondition?: Precondition,
  ): Promise<WorkloadProtection> {
    const { protection } = await this.access.require(by, id, 'workloads:protect');
    requireKnown(protection, body);
    const hashes = await hashed(body);
    const wanted = changed(protection, body, hashes);
    if (isProtected(wanted)) await this.requireSupport(id);
    return this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, id, precondition);
      requireKnown(workload.protection, body);
      const next = changed(workload.protection, body, hashes);
      requireFew(next);
      if (isDeepStrictEqual(next, workload.protection)) return toProtection(id, next);
      await this.workloads.setProtection(tx, id, next);
      const beside = { was: toldOf(workload.protection), is: toldOf(next) };
      const detail = { set: Object.keys(hashes) };
      await this.writer.changed(tx, workload, { by, action: 'workloads:protect', detail, beside });
      return toProtection(id, next);
    });
  }

  private async requireSupport(workloadId: string): Promise<void> {
    for (const { cluster, runtime } of await this.runtimes.allOf(workloadId)) {
      const refusal = await runtime.refusalOfProtection(AbortSignal.timeout(ASK_MILLISECONDS)).catch(unavailable);
      if (refusal !== null) throw protectionErrors.ProtectionNotSupported(`"${cluster}" keeps nobody out: ${refusal}`);
    }
  }
}

const toldOf = ({ logins, allow }: ProtectionRow) => ({ protection: { logins: Object.keys(logins).sort(), allow } });

/** One after the other: a core is busy with each. */
async function hashed({ logins = {} }: ChangeProtection): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [name, password] of Object.entries(logins))
    if (password !== null) hashes[name] = await hash(password, COST);
  return hashes;
}

function requireKnown({ logins: known }: ProtectionRow, { logins = {} }: ChangeProtection): void {
  const unknown = Object.keys(logins).find((name) => logins[name] === null && known[name] === undefined);
  if (unknown === undefined) return;
  throw protectionErrors.LoginUnknown(`Nobody is called "${unknown}".`, { pointer: `/logins/${unknown}` });
}

function requireFew({ logins }: ProtectionRow): void {
  if (Object.keys(logins).length <= MOST_LOGINS) return;
  throw protectionErrors.TooManyLogins(`A workload has at most ${MOST_LOGINS} logins.`, { pointer: '/logins' });
}

function unavailable(error: unknown): never {
  if (error instanceof RuntimeUnavailable) throw protectionErrors.RuntimeUnavailable(error.message, { retryAfter: 5 });
  throw error;
}
