import { readFile, writeFile } from 'node:fs/promises';
import type { Deployment, Release, Workload } from '@berth/contracts/deployment';
import type { InvoiceDocument, InvoiceSummary } from '@berth/contracts/metering';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BerthProcess } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { mailTo } from './support/mail.js';
import { closeThisMonth } from './support/ahead-of-time.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

/** As `berth invoices explain --json` tells it. */
interface Part {
  readonly metric: string;
  readonly line: number;
  readonly release: number;
  readonly deployment: number | null;
  readonly commit: string | null;
  readonly by: string | null;
  readonly quantity: string;
}

const BEN = 'ben@example.com';
const PASSWORD = 'correct horse battery staple';
const STAGING = ['--env', 'staging'];

let berth: BerthProcess;
let ada: CommandLine;
let ben: CommandLine;
let commits: string[];
let summary: InvoiceSummary;

const codeFor = async (sent: RegExp): Promise<string> =>
  eventually(
    async () => {
      const mail = await mailTo(berth.folder, BEN);
      expect(mail).toMatch(sent);
      return /Code: (\S+)/.exec(mail)?.[1] ?? '';
    },
    { within: 60_000 },
  );

/** Ben gets an account and becomes a member of Ada's organization. */
async function join(): Promise<void> {
  await ben.run(['register', '--email', BEN, '--password-stdin'], PASSWORD);
  await ben.run(['verify', await codeFor(/verify/i)]);
  await ben.run(['login', '--email', BEN, '--password-stdin'], PASSWORD);
  await ada.run(['orgs', 'invite', BEN]);
  await ben.run(['orgs', 'join', await codeFor(/invit/i)]);
}

beforeAll(async () => {
  berth = await BerthProcess.start();
  [ada, ben] = [await CommandLine.at(berth.url), await CommandLine.at(berth.url)];
  const { email, password } = berth.administrator();
  await ada.run(['login', '--email', email, '--password-stdin'], password);
  const repository = await Repository.make(webApp('one'));
  const first = await repository.commit({});
  await ada.run(['orgs', 'create', 'acme']);
  await ada.run(['projects', 'create', 'shop']);
  await ada.run(['envs', 'create', 'staging']);
  await ada.run(['apps', 'create', 'web', '--git', repository.url]);
  await ada.run(['deploy', ...STAGING, '--wait']);
  await join();
  const second = await repository.commit(webApp('two'));
  await ben.run(['deploy', '--project', 'shop', '--app', 'web', ...STAGING, '--wait']);
  commits = [first, second];
  await ada.run(['ps', 'stop', ...STAGING]);
  await eventually(
    async () => {
      const [status] = await ada.json<{ workload: Workload }[]>(['status', ...STAGING]);
      expect(status?.workload.observedGeneration).toBe(status?.workload.generation);
      expect(await ada.json(['ps', ...STAGING])).toEqual([]);
    },
    { within: 60_000 },
  );
  await closeThisMonth(berth);
  [summary] = (await ada.json<InvoiceSummary[]>(['invoices', 'list'])) as [InvoiceSummary];
});
afterAll(() => berth.stopAndRemove());

describe('an invoice of a month in which two people deployed', () => {
  it('leads from each line of what ran to the release, the deployment, the commit and the person', async () => {
    const { document } = await ada.json<{ document: InvoiceDocument }>(['invoices', 'show', summary.number ?? '']);
    const parts = await ada.json<Part[]>(['invoices', 'explain', summary.number ?? '']);
    const releases = await ada.json<Release[]>(['releases', 'list', ...STAGING]);
    const deployments = await ada.json<Deployment[]>(['deployments', 'list', ...STAGING]);
    for (const metric of ['cpu', 'memory']) {
      const line = document.lines.findIndex(({ usage }) => usage?.metric === metric);
      const own = parts.filter((part) => part.line === line);
      expect(own.map(({ release }) => release).sort()).toEqual([1, 2]);
      for (const { release, deployment, commit, by } of own) {
        const made = releases.find(({ number }) => number === release);
        expect(commit).toBe(commits[release - 1]);
        expect(by).toBe(made?.createdBy);
        expect(deployments.find(({ number }) => number === deployment)).toMatchObject({ release, createdBy: by });
      }
      const all = own.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
      expect(String(all)).toBe(document.lines[line]?.usage?.quantity);
    }
  });

  it('names both of them to people', async () => {
    const { out } = await ada.run(['invoices', 'explain', summary.number ?? '']);
    const rows = out.split('\n').filter((row) => row.startsWith('CPU'));
    const { email } = berth.administrator();
    expect(rows).toEqual([
      expect.stringMatching(new RegExp(`shop/web shop/staging.* v1 +#1 +${commits[0]?.slice(0, 7)} +${email} `)),
      expect.stringMatching(new RegExp(`shop/web shop/staging.* v2 +#2 +${commits[1]?.slice(0, 7)} +${BEN} `)),
    ]);
  });
});

const centsOf = (amount: string): bigint => BigInt(amount.replace('.', ''));

describe('the same invoice, taken away in files', () => {
  it('is right to the byte by its events alone, where no platform is, and not when one of them is moved by a millisecond', async () => {
    const { out } = await ada.run(['invoices', 'export', summary.number ?? '']);
    const nowhere = await CommandLine.at('http://127.0.0.1:9');
    const verified = async (text: string) => {
      await writeFile(`${nowhere.folder}/invoice.json`, text);
      return nowhere.try(['invoices', 'verify', 'invoice.json']);
    };
    expect(await verified(out)).toMatchObject({ code: 0, out: expect.stringContaining('is right to the byte') });
    const { events } = JSON.parse(out) as { events: { data: { effectiveAt: string; entries: unknown[] } }[] };
    const at = events.find(({ data }) => data.entries.length > 0)?.data.effectiveAt ?? '';
    const moved = out.replaceAll(at, new Date(Date.parse(at) + 1).toISOString());
    expect(moved).not.toBe(out);
    expect(await verified(moved)).toMatchObject({ code: 6, out: '' });
  });

  it('is a PDF, a table, and a table in the terms of FOCUS, whose rows are what is due', async () => {
    const number = summary.number ?? '';
    await ada.run(['invoices', 'pdf', number]);
    expect((await readFile(`${ada.folder}/${number}.pdf`)).subarray(0, 5).toString()).toBe('%PDF-');
    const costs: bigint[] = [];
    for (const [column, ...columns] of [['amount'], ['BilledCost', '--columns', 'focus']]) {
      await ada.run(['invoices', 'csv', number, ...columns]);
      const [head = [], ...rows] = (await readFile(`${ada.folder}/${number}.csv`, 'utf8'))
        .trimEnd()
        .split('\r\n')
        .map((row) => row.split(','));
      const at = head.indexOf(column ?? '');
      costs.push(rows.reduce((sum, row) => sum + centsOf(row[at] ?? 'none'), 0n));
    }
    expect(costs).toEqual([centsOf(summary.due), centsOf(summary.due)]);
  });
});
