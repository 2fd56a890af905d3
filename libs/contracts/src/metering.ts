export * from './api/metering/costs.js';
export * from './api/metering/price-books.js';
export * from './api/metering/usage.js';
