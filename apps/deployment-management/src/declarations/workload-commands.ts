import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '@berth/access';
import { type DeclaredWorkload, scaleWorkload } from '@berth/contracts/deployment';
import { DomainError } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../config/config.service.js';
import { DeploymentRequests } from '../deployments/deployment-requests.js';
import type { Precondition } from '../workloads/workload-access.js';
import { WorkloadActions } from '../workloads/workload-actions.js';
import { WorkloadUpdates } from '../workloads/workload-updates.js';
import { CurrentFields } from './current-fields.js';
import { declarationErrors } from './declarations.errors.js';
import type { Target } from './declared-kind.js';
import { changedMeanwhile, changeParts, statedOf } from './declared-part.js';
import type { Fields } from './fields.js';
import { WorkloadParts } from './parts/workload-parts.js';
import { complaintsOf } from './understand.js';
import { ChangesRefused, namesOf, type RefusedChange } from './verdict.js';

type Command = (fields: readonly string[], stillSo: Precondition) => Promise<void>;

/** The requests to the API that a changed declaration of a workload stands for, one after the other. */
@Injectable()
export class WorkloadCommands {
  constructor(
    private readonly updates: WorkloadUpdates,
    private readonly actions: WorkloadActions,
    private readonly deployments: DeploymentRequests,
    private readonly configs: ConfigService,
    private readonly parts: WorkloadParts,
    private readonly current: CurrentFields,
  ) {}

  statedParts(spec: DeclaredWorkload): Fields {
    return statedOf(this.parts.all, spec);
  }

  /**
   * Each by itself: one that is refused keeps no other from being done, but a part without which it would do harm keeps it from being deployed.
   * @throws ChangesRefused at the end
   */
  async change(caller: Caller, target: Target, spec: DeclaredWorkload, fields: readonly string[]): Promise<void> {
    const among = (...starts: string[]) => fields.filter((field) => starts.includes(field.split('.')[0] ?? ''));
    const ofParts = await changeParts(this.parts.all, { caller, target, spec, fields });
    const inTheWay = ofParts.find(({ holdsDeployment }) => holdsDeployment);
    const refusals = [
      ...ofParts,
      await this.refusalOf(target, among('trackedRef', 'deadlines'), (mine, stillSo) =>
        this.update(caller, target.id, spec, mine, stillSo),
      ),
      await this.refusalOf(target, among('counts', 'autoscaling', 'sizes'), (mine, stillSo) =>
        this.scale(caller, target.id, spec, mine, stillSo),
      ),
      await this.refusalOf(target, among('config'), (mine, stillSo) =>
        this.configure(caller, target.id, spec, mine, stillSo),
      ),
      await this.refusalOf(target, among('source'), (_, stillSo) =>
        inTheWay ? leftAlone(inTheWay) : this.deploy(caller, target.id, spec, stillSo),
      ),
    ];
    const refused = refusals.filter((each) => each !== null);
    if (refused.length > 0) throw new ChangesRefused(refused);
  }

  private async update(
    caller: Caller,
    id: string,
    { trackedRef, deadlines = {} }: DeclaredWorkload,
    fields: readonly string[],
    stillSo: Precondition,
  ): Promise<void> {
    const body = {
      ...(fields.includes('trackedRef') && { trackedRef }),
      deadlines: only(fields, 'deadlines', deadlines),
    };
    await this.updates.update(caller, id, body, '*', stillSo);
  }

  private async scale(
    caller: Caller,
    id: string,
    { counts, autoscaling, sizes }: DeclaredWorkload,
    fields: readonly string[],
    stillSo: Precondition,
  ): Promise<void> {
    const types = Object.entries(sizes).map(([type, size]) => [type, only(fields, `sizes.${type}`, size)] as const);
    const { data, error } = scaleWorkload.safeParse({
      counts: only(fields, 'counts', counts),
      autoscaling: only(fields, 'autoscaling', autoscaling),
      sizes: Object.fromEntries(types.filter(([, size]) => Object.keys(size).length > 0)),
    });
    if (error) throw declarationErrors.ScaleInvalid(complaintsOf(error));
    await this.actions.scale(caller, id, data, stillSo);
  }

  private async configure(
    caller: Caller,
    id: string,
    { config = { set: {}, unset: [] } }: DeclaredWorkload,
    fields: readonly string[],
    stillSo: Precondition,
  ): Promise<void> {
    const isMine = (name: string): boolean => fields.includes(`config.${name}`);
    const set = Object.fromEntries(Object.entries(config.set).filter(([name]) => isMine(name)));
    await this.configs.change(caller, id, { set, unset: config.unset.filter(isMine) }, stillSo);
  }

  private async deploy(caller: Caller, id: string, { source }: DeclaredWorkload, stillSo: Precondition): Promise<void> {
    if (source) await this.deployments.create(caller, id, { source }, stillSo);
  }

  private async refusalOf(target: Target, fields: readonly string[], command: Command): Promise<RefusedChange | null> {
    if (fields.length === 0) return null;
    try {
      await command(fields, this.stillSo(target, fields));
      return null;
    } catch (error) {
      if (error instanceof DomainError) return { fields, error };
      throw error;
    }
  }

  /** What it changes is as it was when it was read: nobody's change is lost that was made since. */
  private stillSo({ fields: read }: Target, names: readonly string[]): Precondition {
    return async (tx, row) => {
      const { fields: now } = await this.current.of(row, tx);
      const others = names.filter((name) => !isDeepStrictEqual(now[name] ?? null, read[name] ?? null));
      if (others.length === 0) return;
      throw changedMeanwhile(others);
    };
  }
}

function leftAlone({ fields }: RefusedChange): never {
  throw declarationErrors.NotDeployed(`It is not deployed while ${namesOf(fields)} is not as it is stated.`);
}

const only = <Part extends object>(fields: readonly string[], path: string, part: Part): Partial<Part> =>
  Object.fromEntries(Object.entries(part).filter(([name]) => fields.includes(`${path}.${name}`))) as Partial<Part>;
