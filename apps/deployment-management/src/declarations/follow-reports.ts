import type { DeclaredKindName } from '@berth/kubernetes';
import { Clock, Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DelegationsRepository, type SpeakingCluster } from '../delegations/delegations.repository.js';
import type { ConditionStatement } from '../workloads/conditions.js';

const install = 'kubectl apply -f k8s/crds/berth.dev.yaml';
const grant = 'kubectl apply -f k8s/rbac/deployment-management.yaml';

/** Tells in the delegations of a cluster whether its objects can be followed, and what to do where they cannot. */
@Injectable()
export class FollowReports {
  /** What keeps each kind from being followed, by cluster and kind. */
  private readonly troubles = new Map<string, ConditionStatement>();
  private former: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly delegations: DelegationsRepository,
    private readonly clock: Clock,
  ) {}

  /** `error`: null when the cluster is none of Kubernetes any more. */
  async lost(cluster: SpeakingCluster, kind: DeclaredKindName, error: Error | null): Promise<void> {
    this.troubles.set(`${cluster.id}/${kind}`, await troubleOf(kind, error));
    await this.report(cluster);
  }

  async connected(cluster: SpeakingCluster, kind: DeclaredKindName): Promise<void> {
    this.troubles.delete(`${cluster.id}/${kind}`);
    await this.report(cluster);
  }

  /** One after the other, each with what is known when its turn comes: what is stored last is what was known last. */
  private report({ id }: SpeakingCluster): Promise<void> {
    const turn = this.former.catch(() => undefined).then(() => this.tell(id));
    this.former = turn;
    return turn;
  }

  private async tell(id: string): Promise<void> {
    const [first] = [...this.troubles].filter(([key]) => key.startsWith(`${id}/`)).map(([, trouble]) => trouble);
    await this.delegations.report(this.database, id, first ?? followed, this.clock.now());
  }
}

const followed: ConditionStatement = {
  ...{ type: 'Followed', status: 'true', reason: 'Watched', message: 'Its objects are followed' },
};

const lost = (reason: string, message: string): ConditionStatement => ({
  ...{ type: 'Followed', status: 'false', reason, message },
});

async function troubleOf(kind: DeclaredKindName, error: Error | null): Promise<ConditionStatement> {
  const { cannotAsk, isForbidden, isNotFound } = await import('@berth/kubernetes');
  if (isNotFound(error))
    return lost('KindMissing', `The cluster serves no ${kind} of berth.dev. Install it: ${install}`);
  if (isForbidden(error))
    return lost('Forbidden', `The platform may not follow it: ${error.message}. Grant it: ${grant}`);
  const check = cannotAsk(error);
  return lost(
    'CannotAsk',
    check ? `${check.message} ${check.nextStep}` : (error?.message ?? 'There is no such cluster.'),
  );
}
