import type { IncomingMessage } from 'node:http';
import type { GatewayLogger } from '../logger.js';
import type { Networks } from '../protection/networks.js';
import { PasswordChecks } from '../protection/password-checks.js';
import { visitorAddress } from '../protection/visitor-address.js';
import type { Verdict } from '../protection/wall.js';
import { wallPage } from '../protection/wall-pages.js';
import type { FailurePage } from './app-failures.js';
import type { Aim, AppRoutes } from './app-routes.js';

interface Passage {
  readonly request: IncomingMessage;
  readonly aim: Aim;
  /** `kept`: headers that were for the wall. */
  readonly lead: (kept: readonly string[]) => void;
  readonly refuse: (page: FailurePage) => void;
  /** Nobody waits for an answer any more. */
  readonly isGone: () => boolean;
}

/** Lets visitors in, or says why not; where a password has to be checked, not at once. */
export class AppWalls {
  private readonly checks = new PasswordChecks();

  constructor(
    readonly routes: AppRoutes,
    private readonly trusted: Networks,
    private readonly logger: GatewayLogger,
  ) {}

  pass({ request, aim, lead, refuse, isGone }: Passage): void {
    const wall = this.routes.wallOf(aim);
    if (!wall) return lead([]);
    const decide = (verdict: Verdict): void => {
      if (isGone()) return;
      if (verdict === 'passes') return lead(wall.asks ? ['authorization'] : []);
      refuse(wallPage(verdict, aim.host));
    };
    const address = visitorAddress(request, this.trusted);
    const verdict = wall.judge({ address, authorization: request.headers.authorization }, this.checks);
    if (typeof verdict === 'string') return decide(verdict);
    verdict.then(decide, (error: unknown) => {
      this.logger.error({ err: error, host: aim.host }, 'a password could not be checked');
      if (!isGone()) refuse({ status: 500, text: 'The password could not be checked.' });
    });
  }
}
