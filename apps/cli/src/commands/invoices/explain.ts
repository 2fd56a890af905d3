import { ApiProblem, type Client, type Schemas } from '@berth/api-client';
import { inUnits } from '@berth/billing';
import { type InvoiceDocument, invoiceDocument, type Metric } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { deploymentsOf, releasesOf } from '../../lists.js';
import { shortCommit, time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { peopleOf } from '../../output/people.js';
import { type Cell, table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { namesOf } from '../usage/query.js';
import { invoiceOf } from './invoices.js';
import { spansInsteadOf } from './line-spans.js';
import { toldHosts, toldNames } from './told-names.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<number>', 'BERTH-000001')
    .option('--spans', 'each time in which nothing changed, not their sums')
    .description('which releases, deployments, commits and people each line of usage follows from');

type Part = Schemas['InvoicePart'];

/** Who made the release of a part; null where it is gone or the reader may not see it. */
interface Origin {
  readonly deployment: number | null;
  readonly commit: string | null;
  readonly by: string | null;
}

interface OfLine {
  readonly line: number;
  readonly name: string;
  readonly metric: Metric;
}

type Explained = Part & OfLine & Origin;
type ExplainedSpan = Schemas['InvoiceSpan'] & Omit<Part, 'spans' | 'overlapMilliseconds' | 'amount'> & OfLine & Origin;

const LIMIT = 200;
const unknown: Origin = { deployment: null, commit: null, by: null };

interface Options {
  readonly spans?: boolean;
}

export async function run(context: Context, { spans }: Options, number: string): Promise<void> {
  const { client, out, selection } = context;
  const { id: organization } = await selection.organization();
  const { id, document } = await invoiceOf(client, organization, number);
  const told = invoiceDocument.parse(JSON.parse(document));
  const parts = await partsOf(client, id, told);
  const originOf = await originsOf(client, parts);
  if (spans) {
    const each = (await spansInsteadOf(client, id, parts)).map(
      ({ spans: _, overlapMilliseconds: __, amount: ___, ...span }): ExplainedSpan => ({ ...span, ...originOf(span) }),
    );
    return out.result(each, () => describe(context, organization, told, each, ofSpans));
  }
  const explained = parts.map((part): Explained => ({ ...part, ...originOf(part) }));
  await out.result(explained, () => describe(context, organization, told, explained, ofParts(told)));
}

async function partsOf(client: Client, id: string, { lines }: InvoiceDocument) {
  const found: (Part & OfLine)[] = [];
  for (const [line, { name, usage }] of lines.entries()) {
    if (!usage) continue;
    const parts = await everyPage((cursor) => {
      const query = { line, limit: LIMIT, ...(cursor && { cursor }) };
      return client.GET('/v1/invoices/{id}/parts', { params: { path: { id }, query } });
    });
    found.push(...parts.map((part) => ({ ...part, line, name, metric: usage.metric })));
  }
  return found;
}

/** Releases and deployments belong to another service than the bill: whoever may see both sees them together. */
async function originsOf(
  client: Client,
  parts: readonly Part[],
): Promise<(part: Pick<Part, 'workloadId' | 'release'>) => Origin> {
  const origins = new Map<string, Origin>();
  for (const workload of new Set(parts.map(({ workloadId }) => workloadId))) {
    const releases = await visible(releasesOf(client, workload));
    const deployments = await visible(deploymentsOf(client, workload));
    for (const { number, commit, createdBy } of releases) {
      const deployment = deployments.findLast(({ release }) => release === number)?.number ?? null;
      origins.set(`${workload}/${number}`, { deployment, commit, by: createdBy });
    }
  }
  return ({ workloadId, release }) => origins.get(`${workloadId}/${release}`) ?? unknown;
}

async function visible<Item>(items: Promise<Item[]>): Promise<Item[]> {
  try {
    return await items;
  } catch (error) {
    // A workload that was deleted, or that the reader of bills may not see.
    if (error instanceof ApiProblem && [403, 404].includes(error.status)) return [];
    throw error;
  }
}

/** What has no release is a volume, a build, a domain, whose host is shown, or what left. */
function releaseOf(
  { workloadId, release, ...part }: Omit<ExplainedSpan, 'instances'>,
  hosts: ReadonlyMap<string, string>,
): string {
  const { buildMillicores, egressBytes, domains } = part;
  if (release > 0) return `v${release}`;
  if (egressBytes > 0) return 'traffic';
  if (domains > 0) return hosts.get(workloadId) ?? 'domain';
  return buildMillicores > 0 ? 'build' : 'volume';
}

/** Minutes in which another release served too. */
const sideBySide = ({ overlapMilliseconds }: Part): string | null =>
  overlapMilliseconds === '0' ? null : `${(Number(overlapMilliseconds) / 60_000).toFixed(1)} min`;

interface Columns<Row> {
  readonly heads: readonly string[];
  readonly of: (row: Row) => Cell[];
}

const unitHours = ({ metric, quantity }: Pick<ExplainedSpan, 'metric' | 'quantity'>): string =>
  inUnits(metric, BigInt(quantity), 2);

const ofSpans: Columns<ExplainedSpan> = {
  heads: ['instances', 'unit-hours'],
  of: (span) => [String(span.instances), unitHours(span)],
};

const ofParts = ({ currency }: InvoiceDocument): Columns<Explained> => ({
  heads: ['beside another', 'unit-hours', 'amount'],
  of: (part) => [sideBySide(part), unitHours(part), `${part.amount} ${currency}`],
});

async function describe<Row extends Omit<ExplainedSpan, 'instances'>>(
  context: Context,
  organization: string,
  told: InvoiceDocument,
  rows: readonly Row[],
  columns: Columns<Row>,
): Promise<string> {
  const name = await namesOf(context, rows, toldNames(told));
  const hosts = toldHosts(told);
  const person = await peopleOf(
    context,
    organization,
    rows.flatMap(({ by }) => by ?? []),
  );
  const cells = rows.map((row): Cell[] => [
    ...[row.name, name(row), releaseOf(row, hosts), row.deployment && `#${row.deployment}`],
    ...[shortCommit(row.commit), row.by && person(row.by), time(row.from), time(row.to)],
    ...columns.of(row),
  ]);
  const heads = ['line', 'what', 'release', 'deployment', 'commit', 'by', 'from', 'to'];
  return table([...heads, ...columns.heads], cells);
}
