import type { CloudEvent } from '@berth/contracts/events';
import { type Invoice, invoiceDocument, type InvoiceSummary } from '@berth/contracts/metering';
import { PeriodCloser } from '../../src/closings/period-closer.js';
import { changed, type MeteringApp, type Place, startOfTest, web } from './metering-app.js';

/** One core and one GiB: 0.028 + 0.007 an hour by the default price book. */
export const core = { ...web, cpuMillicores: 1_000, memoryMib: 1_024 };

/** From one moment to another. */
export const runs = (place: Place, from: string, to: string, version = 1) => [
  changed(place, { version, at: Date.parse(from) - startOfTest, entries: [core] }),
  changed(place, { version: version + 1, at: Date.parse(to) - startOfTest, entries: [] }),
];

/** Days that pass, bills that come, and administrators. */
export class Billing {
  private constructor(
    readonly app: MeteringApp,
    readonly administrator: string,
  ) {}

  static async of(app: MeteringApp): Promise<Billing> {
    return new Billing(app, await app.administrator());
  }

  async goTo(instant: string): Promise<void> {
    this.app.clock.held = new Date(instant);
    await this.app.identity.heartbeat(this.app.clock.held);
  }

  /** Events are told when they are over: nobody believes what is to come. */
  async tellAt(instant: string, ...events: readonly CloudEvent[]): Promise<void> {
    await this.goTo(instant);
    await this.app.tell(...events);
  }

  /** Everything that is due is closed at that moment. */
  async closeAt(instant: string): Promise<void> {
    await this.goTo(instant);
    await this.app.service.app.get(PeriodCloser, { strict: false }).closeDue();
  }

  administer(path: string, body: object) {
    return this.app.call(`/v1/admin/metering/${path}`, this.administrator, body);
  }

  account({ organizationId }: Pick<Place, 'organizationId'>, body: object) {
    return this.app.patch(`/v1/admin/metering/billing-accounts/${organizationId}`, this.administrator, body);
  }

  async invoices({ organizationId }: Pick<Place, 'organizationId'>) {
    const { body } = await this.app.call(`/v1/invoices?organization=${organizationId}&limit=200`, this.administrator);
    return Promise.all(
      (body['items'] as InvoiceSummary[]).map(async ({ id }) => {
        const invoice = (await this.app.call(`/v1/invoices/${id}`, this.administrator)).body as unknown as Invoice;
        return { ...invoice, told: invoiceDocument.parse(JSON.parse(invoice.document)) };
      }),
    );
  }
}
