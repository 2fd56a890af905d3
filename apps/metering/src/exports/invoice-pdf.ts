import { inUnits } from '@berth/billing';
import type { Correction, Invoice, InvoiceDocument, InvoiceLine, Metric } from '@berth/contracts/metering';
import { type Column, ink, Paper } from './pdf-paper.js';

export type InvoiceState = Pick<Invoice, 'status' | 'sha256' | 'paidAt' | 'voidedAt'>;

/** An invoice on paper. It says nothing that is not in the document, but whether it was paid or became void. */
export function invoicePdf(told: InvoiceDocument, state: InvoiceState): Promise<Buffer> {
  const date = new Date(told.issuedAt ?? told.period.to);
  const paper = new Paper(`Invoice ${told.number ?? 'Preview'}`, told.seller?.name ?? told.issuer, date);
  writeInvoice(paper, told, state);
  return paper.done((page, pages) => footer(told, state, `Page ${page} of ${pages}`));
}

/** What an invoice is written with. */
export type Writer = Pick<Paper, 'text' | 'heading' | 'beside' | 'table' | 'pair' | 'space'>;

type Parties = Pick<
  InvoiceDocument,
  'issuer' | 'organizationId' | 'seller' | 'buyer' | 'period' | 'issuedAt' | 'payUntil'
>;
type Corrected = Pick<InvoiceDocument, 'currency'> & {
  readonly corrections: readonly Omit<Correction, 'cuts'>[];
};
type Summed = Pick<InvoiceDocument, 'totals' | 'currency' | 'taxes'> & {
  readonly lines: readonly Pick<InvoiceLine, 'kind' | 'id' | 'name' | 'amount'>[];
};

export function writeInvoice(paper: Writer, told: InvoiceDocument, state: InvoiceState): void {
  head(paper, told, state);
  parties(paper, told);
  paper.table(
    lineColumns,
    told.lines.filter(isCharge).map((line) => rowOf(told, line)),
  );
  corrections(paper, told);
  totals(paper, told);
  payment(paper, told);
  apps(paper, told);
}

const footer = ({ number, issuer, seller, rounding }: InvoiceDocument, { sha256 }: InvoiceState, page: string) => [
  `${seller?.name ?? issuer}   Invoice ${number ?? 'Preview'}   ${page}`,
  `Each line is rounded once (${rounding.mode}, ${rounding.decimals} decimals). SHA-256 of the document: ${sha256}`,
  'Check it yourself: berth invoices export NUMBER > FILE; berth invoices verify FILE',
];

export const day = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(
    new Date(instant),
  );

/** `1,234.50`. */
export function money(amount: string): string {
  const [whole = '', decimals] = amount.split('.');
  const grouped = whole.replaceAll(/\B(?=([0-9]{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

function head(paper: Writer, told: InvoiceDocument, { status, paidAt, voidedAt }: InvoiceState): void {
  const zone = told.period.timeZone;
  paper.text('Invoice', { size: 26, bold: true });
  paper.text(told.number ?? 'Preview', { size: 11, color: ink.accent });
  if (status === 'paid' && paidAt) paper.text(`Paid on ${day(paidAt, zone)}`, { bold: true, color: ink.accent });
  if (status === 'void' && voidedAt)
    paper.text(`VOID since ${day(voidedAt, zone)}: do not pay`, { bold: true, color: ink.alarm });
  paper.space(16);
}

export function parties(paper: Writer, told: Parties): void {
  const { seller, buyer, period, issuedAt, payUntil, organizationId } = told;
  const zone = period.timeZone;
  paper.beside(['From'], ['To'], { size: 8, color: ink.soft });
  paper.beside([seller?.name ?? told.issuer], [buyer?.name ?? `Organization ${organizationId}`], { bold: true });
  const taxOf = (taxId: string | null | undefined) => (taxId ? [`Tax id: ${taxId}`] : []);
  paper.beside(
    [...(seller?.address ?? []), ...taxOf(seller?.taxId), ...(seller?.email ? [seller.email] : [])],
    [...(buyer?.address ?? []), ...(buyer?.country ? [buyer.country] : []), ...taxOf(buyer?.taxId)],
  );
  paper.space(14);
  const last = new Date(Date.parse(period.to) - 1).toISOString();
  paper.beside(
    [`Period: ${day(period.from, zone)} to ${day(last, zone)}`, `Time zone: ${zone}`],
    [
      ...(issuedAt ? [`Issued: ${day(issuedAt, zone)}`] : []),
      ...(payUntil ? [`To be paid until: ${day(payUntil, zone)}`] : []),
    ],
  );
  paper.space(18);
}

const lineColumns: readonly Column[] = [
  { title: 'What', part: 0.34 },
  { title: 'Period', part: 0.23 },
  { title: 'Quantity', part: 0.25, align: 'right' },
  { title: 'Amount', part: 0.18, align: 'right' },
];

/** What is charged before tax; taxes and credits stand among the totals. */
export const isCharge = ({ kind }: Pick<InvoiceLine, 'kind'>): boolean => kind !== 'tax' && kind !== 'credit';

function rowOf({ period, priceBook, currency }: InvoiceDocument, line: InvoiceLine): string[] {
  const { name, version, agreement, usage, amount } = line;
  const book =
    version === null
      ? ''
      : `\n${priceBook.name} v${version}${agreement === undefined ? '' : `, agreement ${agreement}`}`;
  const quantity = usage ? quantityOf(usage.metric, usage.quantity, usage.unit) : '';
  return [`${name}${book}`, whenOf(period, line), quantity, `${money(amount)} ${currency}`];
}

/** `2,160.5000 core-hours`, `412.7000 GiB`: symbols of units have no plural. */
const quantityOf = (metric: Metric, quantity: string, unit: string): string =>
  `${money(inUnits(metric, BigInt(quantity), 4))} ${unit.endsWith('hour') ? `${unit}s` : unit}`;

/** By the clocks of the account, as its period is. */
export const whenOf = (period: InvoiceDocument['period'], { from, to }: Pick<InvoiceLine, 'from' | 'to'>): string =>
  from === period.from && to === period.to
    ? 'whole month'
    : `${moment(from, period.timeZone)} to\n${moment(to, period.timeZone)}`;

/** `11 Nov 2026, 00:00`. */
const moment = (instant: string, timeZone: string): string => {
  const date = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-GB', { ...date, ...time, timeZone }).format(new Date(instant));
};

export function corrections(paper: Writer, { corrections: all, currency }: Corrected): void {
  if (all.length === 0) return;
  paper.space(10);
  paper.heading('Corrections of earlier invoices');
  paper.table(
    [
      { title: 'What', part: 0.5 },
      { title: 'Invoice', part: 0.32 },
      { title: 'Amount', part: 0.18, align: 'right' },
    ],
    all.flatMap(({ invoice, month, lines }) =>
      lines.map(({ name, amount }) => [name, `${invoice} (${month})`, `${money(amount)} ${currency}`]),
    ),
  );
}

export function totals(paper: Writer, { totals: sums, lines, currency, taxes }: Summed, name = 'To be paid'): void {
  const percentOf = (id: string) => taxes.find((tax) => tax.id === id)?.percent;
  const taxed = lines
    .filter(({ kind }) => kind === 'tax')
    .map(({ id, name, amount }): [string, string] => [`${name} (${percentOf(id)} %)`, amount]);
  const credited = lines
    .filter(({ kind }) => kind === 'credit')
    .map(({ name, amount }): [string, string] => [`Credit: ${name}`, amount]);
  const corrected: [string, string][] = /[1-9]/.test(sums.corrected) ? [['Corrections', sums.corrected]] : [];
  paper.space(4);
  for (const [title, amount] of [['Net', sums.net] as const, ...taxed, ...corrected, ...credited])
    paper.pair(title, `${money(amount)} ${currency}`);
  paper.space(4);
  paper.pair(name, `${money(sums.due)} ${currency}`, { size: 13, bold: true });
}

function payment(paper: Writer, { seller, number }: InvoiceDocument): void {
  if (!seller || seller.payment.length === 0) return;
  paper.space(20);
  paper.heading('How to pay');
  for (const line of seller.payment) paper.text(line);
  if (number) paper.text(`Reference: ${number}`);
}

function apps(paper: Writer, { lines, currency, names }: InvoiceDocument): void {
  const rows = lines.flatMap(({ name, usage, apps: parts }) =>
    usage
      ? parts.map(({ appId, quantity, amount }) => [
          ...[titleOf(appId, names), name, quantityOf(usage.metric, quantity, usage.unit)],
          `${money(amount)} ${currency}`,
        ])
      : [],
  );
  if (rows.length === 0) return;
  paper.space(24);
  paper.heading('Usage by app');
  paper.table(
    [
      { title: 'App', part: 0.42 },
      { title: 'What', part: 0.16 },
      { title: 'Quantity', part: 0.24, align: 'right' },
      { title: 'Amount', part: 0.18, align: 'right' },
    ],
    rows,
  );
  places(paper, names ?? []);
}

function titleOf(appId: string, names: InvoiceDocument['names']): string {
  const found = names?.find((each) => each.appId === appId);
  if (!found?.name) return appId;
  return found.project.name === null ? found.name : `${found.project.name} / ${found.name}`;
}

/** What the names stand for. */
function places(paper: Writer, names: NonNullable<InvoiceDocument['names']>): void {
  if (names.length === 0) return;
  paper.space(24);
  paper.heading('Apps and environments');
  paper.table(
    [
      { title: 'App', part: 0.36 },
      { title: 'Environments', part: 0.2 },
      { title: 'Id of the app', part: 0.44 },
    ],
    names.map(({ appId, environments }) => [
      ...[titleOf(appId, names), environments.map(({ id, name }) => name ?? id).join('\n'), appId],
    ]),
  );
  hosts(paper, names);
}

function hosts(paper: Writer, names: NonNullable<InvoiceDocument['names']>): void {
  const rows = names.flatMap(({ appId, domains = [] }) =>
    domains.map(({ id, name }) => [titleOf(appId, names), name ?? '', id]),
  );
  if (rows.length === 0) return;
  paper.space(24);
  paper.heading('Domains');
  paper.table(
    [
      { title: 'App', part: 0.27 },
      { title: 'Domain', part: 0.29 },
      { title: 'Id of the domain', part: 0.44 },
    ],
    rows,
  );
}
