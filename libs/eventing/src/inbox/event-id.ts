import type { CloudEvent } from '@berth/contracts/events';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Inbox and dead letters name an event by its id, which must be a UUID. */
export const hasUuid = ({ id }: CloudEvent): boolean => uuid.test(id);
