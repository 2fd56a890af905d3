/** So many days the bus keeps what every group has passed, for a replay. */
export const RETENTION_DAYS = 7;

/**
 * So many days an inbox remembers what took effect: far longer than a message can be delivered again, which is the
 * retention of the bus and the time that a group may have been away.
 */
export const INBOX_DAYS = 30;
