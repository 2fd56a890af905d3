/** A loopback address, or `localhost`: what is said there does not leave the machine. */
const ownMachine = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * Whether a server may answer without TLS: on its own machine, or because its operator said that TLS ends before it
 * (OWASP ASVS 5.0, 4.4.1 and 12.2.1).
 */
export const mayAnswerPlain = ({
  host,
  endsBefore,
}: {
  readonly host: string;
  readonly endsBefore: boolean;
}): boolean => endsBefore || ownMachine.test(host);
