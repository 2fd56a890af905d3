import type { CloudEvent } from '@berth/contracts/events';
import { withCorrelation } from '@berth/service-kit';

/** What is logged, and what events are appended, while an event is handled names it as the cause. */
export const inCorrelationOf = <Result>({ id, correlationid }: CloudEvent, work: () => Result): Result =>
  withCorrelation({ correlationId: correlationid ?? id, causationId: id }, work);
