const USER_AGENT_LENGTH = 200;

/** From where somebody logs in. */
export interface Device {
  /** Network address. */
  readonly address: string;
  readonly userAgent: string | null;
}

export const deviceOf = (address: string, userAgent: string | undefined): Device => ({
  address,
  userAgent: userAgent?.slice(0, USER_AGENT_LENGTH) ?? null,
});
