import type { Caller } from '@berth/access';
import { type DeclaredWorkload, scaleWorkload } from '@berth/contracts/deployment';
import { DomainError } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DeploymentRequests } from '../deployments/deployment-requests.js';
import { WorkloadActions } from '../workloads/workload-actions.js';
import { WorkloadUpdates } from '../workloads/workload-updates.js';
import { declarationErrors } from './declarations.errors.js';
import { complaintsOf } from './understand.js';

/** The requests to the API that a changed declaration of a workload stands for, one after the other. */
@Injectable()
export class WorkloadCommands {
  constructor(
    private readonly updates: WorkloadUpdates,
    private readonly actions: WorkloadActions,
    private readonly deployments: DeploymentRequests,
  ) {}

  /** Each by itself: one that is refused keeps no other from being done. @throws the first refusal, at the end */
  async change(caller: Caller, id: string, spec: DeclaredWorkload, fields: readonly string[]): Promise<void> {
    const has = (...starts: string[]) => fields.some((field) => starts.includes(field.split('.')[0] ?? ''));
    const { source } = spec;
    const refusals = [
      has('trackedRef', 'deadlines') && (await refusalOf(this.update(caller, id, spec, fields))),
      has('counts', 'autoscaling', 'sizes') && (await refusalOf(this.scale(caller, id, spec, fields))),
      has('source') && source && (await refusalOf(this.deployments.create(caller, id, { source }))),
    ];
    const first = refusals.find((each) => each instanceof DomainError);
    if (first) throw first;
  }

  private async update(
    caller: Caller,
    id: string,
    { trackedRef, deadlines = {} }: DeclaredWorkload,
    fields: readonly string[],
  ): Promise<void> {
    const body = {
      ...(fields.includes('trackedRef') && { trackedRef }),
      deadlines: only(fields, 'deadlines', deadlines),
    };
    await this.updates.update(caller, id, body, '*');
  }

  private async scale(
    caller: Caller,
    id: string,
    { counts, autoscaling, sizes }: DeclaredWorkload,
    fields: readonly string[],
  ): Promise<void> {
    const types = Object.entries(sizes).map(([type, size]) => [type, only(fields, `sizes.${type}`, size)] as const);
    const { data, error } = scaleWorkload.safeParse({
      counts: only(fields, 'counts', counts),
      autoscaling: only(fields, 'autoscaling', autoscaling),
      sizes: Object.fromEntries(types.filter(([, size]) => Object.keys(size).length > 0)),
    });
    if (error) throw declarationErrors.ScaleInvalid(complaintsOf(error));
    await this.actions.scale(caller, id, data);
  }
}

const only = <Part extends object>(fields: readonly string[], path: string, part: Part): Partial<Part> =>
  Object.fromEntries(Object.entries(part).filter(([name]) => fields.includes(`${path}.${name}`))) as Partial<Part>;

async function refusalOf(command: Promise<unknown>): Promise<DomainError | null> {
  try {
    await command;
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
