export * from './api/metering/agreements.js';
export * from './api/metering/billing-accounts.js';
export * from './api/metering/costs.js';
export * from './api/metering/credits.js';
export * from './api/metering/invoices.js';
export * from './api/metering/price-books.js';
export * from './api/metering/taxes.js';
export * from './api/metering/usage.js';
