import { lookAgainIn, type Outcome, type ReconcileContext, type Reconciler } from '@berth/reconcile';
import { Clock, CONFIG, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import type { SigningKey } from '../signing-keys/signing-key.js';
import { SigningKeysService } from '../signing-keys/signing-keys.service.js';
import { Gateways } from './gateways.js';
import { GatewayRefused } from './gateway-control.js';
import { planKeys } from './plan-keys.js';

/** A gateway that was started anew has forgotten its keys: none waits longer than this for them. */
const RESYNC_SECONDS = 15;
/** A gateway that is just starting: soon. */
const RETRY_SECONDS = 1;
const DAY_MS = 86_400_000;

/** Gives every gateway the whole set of keys; a new key signs only after all of them have taken it. */
@Injectable()
export class GatewaySyncReconciler implements Reconciler {
  /** Said once, not every second, while a gateway is away. */
  private complained = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SigningKeysService) private readonly keys: SigningKeysService,
    @Inject(Gateways) private readonly gateways: Gateways,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async reconcile(_key: string, context: ReconcileContext): Promise<Outcome> {
    const keys = await this.keys.list();
    if (!(await this.taken(keys, context.signal))) return lookAgainIn({ seconds: RETRY_SECONDS });
    const now = this.clock.now();
    const signsForMs = this.config.SIGNING_KEY_DAYS * DAY_MS;
    const { activate, rotate, forget, nextAt } = planKeys(keys, now, signsForMs);
    if (activate !== undefined) await context.transaction((tx) => this.keys.activate(tx, activate));
    if (rotate) await this.keys.rotateOnSchedule(new Date(now.getTime() - signsForMs));
    if (forget) await context.transaction((tx) => this.keys.forgetEnded(tx, now));
    const untilNext = nextAt ? Math.ceil((nextAt.getTime() - now.getTime()) / 1_000) : RESYNC_SECONDS;
    return lookAgainIn({ seconds: Math.min(untilNext, RESYNC_SECONDS) });
  }

  private async taken(keys: readonly SigningKey[], signal: AbortSignal): Promise<boolean> {
    try {
      await this.gateways.take(keys, signal);
      this.complained = false;
      return true;
    } catch (error) {
      // The service stops: nothing is wrong with the gateway.
      if (!(error instanceof GatewayRefused) || signal.aborted) throw error;
      if (!this.complained) this.logger.warn({ err: error }, 'a gateway has not taken the signing keys');
      this.complained = true;
      return false;
    }
  }
}
