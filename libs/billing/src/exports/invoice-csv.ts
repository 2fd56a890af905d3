import type { InvoiceDocument, InvoiceLine } from '@berth/contracts/metering';
import { domainsIn, hostsOf } from '../invoices/names.js';
import { csvOf } from './csv.js';
import { inUnits } from './quantity.js';

const head = [
  ...['invoice', 'month', 'kind', 'id', 'name', 'version', 'agreement', 'from', 'to', 'app', 'quantity', 'unit'],
  ...['amount', 'currency', 'corrects', 'app name', 'project', 'domains'],
];

const DECIMALS = 10;
const nothing = (columns: number): null[] => Array.from({ length: columns }, () => null);

/**
 * An invoice as a table: a row for each app of a line of usage and for each other line. The amounts add up to what is due. `domains`:
 * the hosts and paths that a row of domains is for, with blanks between them.
 */
export function invoiceCsv(told: InvoiceDocument): string {
  const { number, period, currency } = told;
  const own = told.lines.flatMap((line) =>
    partsOf(line).map((part) => [
      ...[...about(line), line.from, line.to],
      ...[...part, currency, null, ...called(told, line, part)],
    ]),
  );
  const corrected = told.corrections.flatMap(({ invoice, month, lines }) =>
    lines.map((line) => [
      ...[...about(line), ...nothing(5), line.amount, currency],
      ...[`${invoice} (${month})`, ...nothing(3)],
    ]),
  );
  return csvOf(
    head,
    [...own, ...corrected].map((row) => [number, period.month, ...row]),
  );
}

/** Name and project of the app of a part, and the domains that it stands for. */
function called(told: InvoiceDocument, line: InvoiceLine, [appId]: readonly (string | null)[]): (string | null)[] {
  const app = told.names?.find((each) => each.appId === appId);
  return [app?.name ?? null, app?.project.name ?? null, hostsOf(domainsIn(told, line, appId ?? '')) || null];
}

const about = ({
  kind,
  id,
  name,
  version,
  agreement,
}: Pick<InvoiceLine, 'kind' | 'id' | 'name' | 'version' | 'agreement'>) => [
  ...[kind, id, name, version === null ? null : String(version), agreement === undefined ? null : String(agreement)],
];

/** App, quantity, unit and amount. */
function partsOf({ usage, apps, amount }: InvoiceLine): (string | null)[][] {
  if (!usage) return [[null, null, null, amount]];
  const { metric, unit } = usage;
  return apps.map((app) => [app.appId, inUnits(metric, BigInt(app.quantity), DECIMALS), unit, app.amount]);
}
