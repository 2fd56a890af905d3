import { currentConfinement } from '../logging/correlation.js';

/** What policies of the database read; nothing, or an empty text: rows of all organizations. */
export const ORGANIZATIONS = 'berth.organizations';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * In which organizations a request was allowed to act, so far. From then on its transactions find, change and make rows of
 * those alone (docs/adr/0121-a-second-wall.md).
 */
export class Confinement {
  /** As PostgreSQL writes an array. Empty as long as nothing was allowed. */
  organizations = '';

  /** @throws Error when it is no UUID: it becomes part of a statement */
  allow(organizationId: string): void {
    if (!UUID.test(organizationId)) throw new Error('An organization has a UUID.');
    if (this.organizations.includes(organizationId)) return;
    this.organizations = this.organizations
      ? this.organizations.replace('}', `,${organizationId}}`)
      : `{${organizationId}}`;
  }
}

/** The request that is being answered was allowed to act in an organization. Of nothing where no request is answered. */
export const confineTo = (organizationId: string): void => currentConfinement()?.allow(organizationId);

/** Empty: everything. */
export const confinementNow = (): string => currentConfinement()?.organizations ?? '';

/** Until the end of the transaction. */
export const settingOf = (organizations: string): string => `set local ${ORGANIZATIONS} = '${organizations}'`;
