import { accessEntities, accessMigrations } from '@berth/access';
import { connectEvents, eventingEntities, eventingMigrations } from '@berth/eventing';
import type { ServiceDefinition } from '@berth/service-kit';
import { AppModule } from './app.module.js';
import { type Config, config } from './config.js';
import { CreateBudgets1763700000041 } from './database/migrations/create-budgets.migration.js';
import { CreateCredits1763700000021 } from './database/migrations/create-credits.migration.js';
import { CreditNotes1763700000062 } from './database/migrations/credit-notes.migration.js';
import { CreateMetering1763700000001 } from './database/migrations/create-metering.migration.js';
import { CreateBilling1763700000004 } from './database/migrations/create-billing.migration.js';
import { HourlyTotals1763700000051 } from './database/migrations/hourly-totals.migration.js';
import { IndexSpans1763700000005 } from './database/migrations/index-spans.migration.js';
import { KeepInvoicePeriods1763700000141 } from './database/migrations/keep-invoice-periods.migration.js';
import { MeasuredUsage1763700000081 } from './database/migrations/measured-usage.migration.js';
import { MeterBuilds1763700000071 } from './database/migrations/meter-builds.migration.js';
import { MeterDomains1763700000101 } from './database/migrations/meter-domains.migration.js';
import { MeterEgress1763700000091 } from './database/migrations/meter-egress.migration.js';
import { MeterVolumes1763700000052 } from './database/migrations/meter-volumes.migration.js';
import { NameParties1763700000022 } from './database/migrations/name-parties.migration.js';
import { Payments1763700000064 } from './database/migrations/payments.migration.js';
import { PercentCoupons1763700000072 } from './database/migrations/percent-coupons.migration.js';
import { PlaceNames1763700000073 } from './database/migrations/place-names.migration.js';
import { PlaceLabels1763700000082 } from './database/migrations/place-labels.migration.js';
import { PriceBookVersions1763700000003 } from './database/migrations/price-book-versions.migration.js';
import { RowSecurity1763700000121 } from './database/migrations/row-security.migration.js';
import { RowSecurityOfParts1763700000131 } from './database/migrations/row-security-of-parts.migration.js';
import { UncountedUse1763700000111 } from './database/migrations/uncounted-use.migration.js';
import { UsageAtScale1763700000031 } from './database/migrations/usage-at-scale.migration.js';
import { UsageConservation1763700000032 } from './database/migrations/usage-conservation.migration.js';
import { WaiveUsage1763700000061 } from './database/migrations/waive-usage.migration.js';
import { WatchWorkloads1763700000002 } from './database/migrations/watch-workloads.migration.js';
import { Webhooks1763700000063 } from './database/migrations/webhooks.migration.js';

/** Usage from allocations, exactly once, and what it costs. */
export const metering: ServiceDefinition<Config> = {
  name: 'metering',
  config,
  entities: [...eventingEntities, ...accessEntities],
  migrations: [
    ...eventingMigrations,
    ...accessMigrations,
    CreateMetering1763700000001,
    WatchWorkloads1763700000002,
    PriceBookVersions1763700000003,
    CreateBilling1763700000004,
    IndexSpans1763700000005,
    CreateCredits1763700000021,
    UsageAtScale1763700000031,
    UsageConservation1763700000032,
    NameParties1763700000022,
    CreateBudgets1763700000041,
    HourlyTotals1763700000051,
    MeterVolumes1763700000052,
    WaiveUsage1763700000061,
    CreditNotes1763700000062,
    Webhooks1763700000063,
    Payments1763700000064,
    MeterBuilds1763700000071,
    PercentCoupons1763700000072,
    PlaceNames1763700000073,
    MeasuredUsage1763700000081,
    PlaceLabels1763700000082,
    MeterEgress1763700000091,
    MeterDomains1763700000101,
    UncountedUse1763700000111,
    RowSecurity1763700000121,
    RowSecurityOfParts1763700000131,
    KeepInvoicePeriods1763700000141,
  ],
  module: (parsed) => AppModule.with(parsed),
  connect: connectEvents,
};
