export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
  /** The same for those who prefer it. */
  readonly html?: string;
}

/** Port: hands one mail over. Throws when it was not taken; then it is tried again. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
}

/** Injection token. */
export const MAILER = Symbol('berth.mailer');
