import { type Caller } from '@berth/access';
import { type CanActivate, type ExecutionContext, Inject, Injectable, UseGuards } from '@nestjs/common';
import { StepUp } from './step-up.js';

@Injectable()
class StepUpGuard implements CanActivate {
  constructor(@Inject(StepUp) private readonly stepUp: StepUp) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { caller } = context.switchToHttp().getRequest<{ caller?: Caller }>();
    if (!caller) throw new Error('@ProvenRecently() on a route without a caller: it is public');
    await this.stepUp.require(caller);
    return true;
  }
}

/** For a dangerous route: a session that was left open somewhere is not enough. Its module imports `StepUpModule`. */
export const ProvenRecently = (): MethodDecorator => UseGuards(StepUpGuard);
