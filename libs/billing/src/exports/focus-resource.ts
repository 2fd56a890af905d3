import type { InvoiceDocument, InvoiceLine } from '@berth/contracts/metering';
import { domainsIn, hostsOf } from '../invoices/names.js';
import type { FocusCells } from './focus-columns.js';

/**
 * What a row of usage is about: the app. One host is its own resource where it alone led to the app in that month; an invoice
 * does not tell several apart, so that they are tags of the app. Section "Tags": keys of a provider have its prefix.
 */
export function resourceOf(told: InvoiceDocument, line: InvoiceLine, appId: string): FocusCells {
  const app = told.names?.find((each) => each.appId === appId);
  const domains = domainsIn(told, line, appId);
  const [domain] = domains;
  return {
    ...(domain && domains.length === 1
      ? { ResourceId: domain.id, ResourceName: domain.name, ResourceType: 'Domain' }
      : { ResourceId: appId, ResourceName: app?.name ?? null, ResourceType: 'App' }),
    ...(domain && { Tags: JSON.stringify({ 'berth/app': app?.name ?? appId, 'berth/domains': hostsOf(domains) }) }),
    ...(app && subAccountOf(app)),
  };
}

/** A project is what FOCUS calls a sub account. */
const subAccountOf = ({ project }: NonNullable<InvoiceDocument['names']>[number]): FocusCells =>
  project.name === null ? {} : { SubAccountId: project.id, SubAccountName: project.name };
