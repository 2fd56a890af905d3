export * from './api/metering/billing-accounts.js';
export * from './api/metering/costs.js';
export * from './api/metering/invoices.js';
export * from './api/metering/price-books.js';
export * from './api/metering/usage.js';
