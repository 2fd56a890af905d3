/**
 * Stands on every invoice and credit note: the rules that it was written by. It goes up by one whenever the same events and prices would
 * give other bytes; the ones before stay computable, each held by a sample in `libs/billing/test/samples`.
 *
 * - 1: until domains had names, and a few invoices that name them.
 * - 2: an invoice names the domains that led to each app.
 */
export const codeVersion = '2';
