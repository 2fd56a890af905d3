import { Access, accessErrors, type Caller, notFound } from '@berth/access';
import type { AccessToken } from '@berth/contracts/identity';
import { Clock, Database, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { TokenIssuer } from '../sessions/token-issuer.js';
import type { UserRecord } from '../users/user.js';
import { ASKED_MS, type ImpersonationRecord, readScopes } from './impersonation.js';
import { impersonationErrors } from './impersonations.errors.js';
import { ImpersonationStore } from './impersonation-store.js';

/** What administrators do who want to see what a person sees. */
@Injectable()
export class ImpersonationRequests {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ImpersonationStore) private readonly store: ImpersonationStore,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** Asks the person, by mail. @throws DomainError 409 `not_to_impersonate` */
  async ask(caller: Caller, userId: string, reason: string): Promise<ImpersonationRecord> {
    this.access.requireOnPlatform(caller, 'users:impersonate');
    const createdAt = this.clock.now();
    const asked: ImpersonationRecord = {
      id: this.ids.next(),
      userId,
      administratorId: caller.subjectId,
      reason,
      state: 'asked',
      createdAt,
      expiresAt: new Date(createdAt.getTime() + ASKED_MS),
    };
    await this.database.transaction(async (tx) => {
      const user = await this.store.user(tx, userId);
      if (!user) throw notFound();
      refuseWhoMayNotBe(user, caller);
      await this.store.ask(tx, caller, asked, user.email);
    });
    return asked;
  }

  /** For who asked, and after the person consented. It reads, and is worth nothing once the person ends it. @throws DomainError 409 `not_consented` */
  async token(caller: Caller, id: string): Promise<AccessToken> {
    this.access.requireOnPlatform(caller, 'users:impersonate');
    const { userId, id: sessionId } = await this.database.transaction((tx) => this.begin(tx, caller, id));
    const { subjectId: actorId, secondFactor } = caller;
    return this.issuer.access({ userId, sessionId, administrator: false, secondFactor, scopes: readScopes, actorId });
  }

  private async begin(tx: Tx, caller: Caller, id: string): Promise<ImpersonationRecord> {
    // Before the impersonation, as whoever ends the session: a token that is given out meanwhile would outlive it.
    if (!(await this.store.holdSession(tx, caller.sessionId)))
      throw accessErrors.Unauthenticated('The session has ended.');
    const found = await this.store.askedBy(tx, caller.subjectId, id, this.clock.now());
    if (!found) throw notFound();
    if (found.state !== 'consented') throw impersonationErrors.NotConsented('The person has not consented yet.');
    await this.store.looked(tx, caller, found);
    return found;
  }
}

function refuseWhoMayNotBe({ id, administrator, state }: UserRecord, caller: Caller): void {
  if (id !== caller.subjectId && !administrator && state === 'active') return;
  throw impersonationErrors.NotToImpersonate('Nobody looks as an administrator, or as who may not come in.');
}
