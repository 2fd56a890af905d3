import type { InvoiceDocument, InvoiceLine } from '@berth/contracts/metering';
import { csvOf } from './csv.js';
import { inUnits } from './quantity.js';

const head = [
  ...['invoice', 'month', 'kind', 'id', 'name', 'version', 'agreement', 'from', 'to', 'app', 'quantity', 'unit'],
  ...['amount', 'currency', 'corrects', 'app name', 'project'],
];

const DECIMALS = 10;

/** An invoice as a table: a row for each app of a line of usage and for each other line. The amounts add up to what is due. */
export function invoiceCsv(told: InvoiceDocument): string {
  const { number, period, currency } = told;
  const own = told.lines.flatMap((line) =>
    partsOf(line).map((part) => [...about(line), line.from, line.to, ...part, currency, null, ...called(told, part)]),
  );
  const corrected = told.corrections.flatMap(({ invoice, month, lines }) =>
    lines.map((line) => [
      ...[...about(line), null, null, null, null, null, line.amount, currency, `${invoice} (${month})`, null, null],
    ]),
  );
  return csvOf(
    head,
    [...own, ...corrected].map((row) => [number, period.month, ...row]),
  );
}

/** Name and project of the app of a part. */
function called({ names }: InvoiceDocument, [appId]: readonly (string | null)[]): (string | null)[] {
  const app = names?.find((each) => each.appId === appId);
  return [app?.name ?? null, app?.project.name ?? null];
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
