import { anyone, byId, needs, open, type Row, type Rows } from '../row.js';
import { coupon, priceBook, prices, type Tenant, webhookOf } from '../tenant.js';

const organization = ({ has }: Tenant) => ({ query: { organization: has.organization } });
const ofOrganization = ({ has }: Tenant) => ({ path: { organizationId: has.organization } });
const inOrganization = (permission: Parameters<typeof needs>[0], query: Record<string, string> = {}): Row =>
  needs(permission, 'organization', 200, ({ has }) => ({ query: { organization: has.organization, ...query } }));

/** Parts of one's own organization: what is no part of it was never used, and nothing is told of it. */
const partsOfOthers = { '?project': 200, '?environment': 200, '?app': 200 } as const;
const november = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' };

const budget = ({ has }: Tenant) => ({ organizationId: has.organization, name: 'month', amount: '1000' });

export const meteringRows: Rows = {
  'GET /v1/usage': { ...inOrganization('usage:read'), foreign: partsOfOthers },
  'GET /v1/usage/series': { ...inOrganization('usage:read', november), foreign: partsOfOthers },
  'GET /v1/usage/running': { ...inOrganization('usage:read', { at: november.from }), foreign: partsOfOthers },
  'GET /v1/usage/anomalies': inOrganization('usage:read'),
  'GET /v1/costs': { ...inOrganization('costs:read'), foreign: partsOfOthers },
  'GET /v1/costs/environments': { ...inOrganization('costs:read'), foreign: { '?project': 200 } },
  'POST /v1/costs/estimate': {
    ...anyone(200, () => ({ body: { before: [], after: [] } })),
    alsoNeeds: ['costs:read'],
    also: [
      ({ has: { organization, project, environment } }) => ({
        body: { organization, project, environment, before: [], after: [] },
      }),
    ],
    foreign: { '/project': 200, '/environment': 200 },
    unrecorded: 'what something would cost is only said',
  },
  'GET /v1/price-books': anyone(200),
  'GET /v1/price-books/{id}/versions': {
    ...anyone(200, ({ priceBook: id }) => ({ path: { id } })),
    everybodys: [':id'],
  },
  'POST /v1/admin/metering/price-books': needs('price-books:update', 'platform', 201, () => ({ body: priceBook() })),
  'POST /v1/admin/metering/price-books/{id}/versions': needs('price-books:update', 'platform', 201, async (tenant) => ({
    path: { id: await tenant.newPriceBook() },
    body: { validFrom: '2050-01-01T00:00:00.000Z', prices },
  })),
  'GET /v1/price-books/{id}/differences': {
    ...anyone(200, ({ priceBook: id }) => ({ path: { id }, query: { from: '1', to: '1' } })),
    everybodys: [':id'],
  },
  'POST /v1/admin/metering/price-books/{id}/differences': {
    ...byId('price-books:update', 'platform', 200, ({ priceBook }) => priceBook, { body: { prices } }),
    unrecorded: 'what would change is only said',
  },
  'GET /v1/billing-accounts/{organizationId}/agreements': needs('invoices:read', 'organization', 200, ({ has }) => ({
    path: { organizationId: has.organization },
  })),
  'POST /v1/admin/metering/agreements': needs('agreements:update', 'platform', 201, (tenant) => ({
    body: { organizationId: tenant.has.organization, priceBookId: tenant.priceBook, validFrom: tenant.later() },
  })),
  'GET /v1/admin/metering/tax-rules': needs('tax-rules:update', 'platform', 200),
  'POST /v1/admin/metering/tax-rules': needs('tax-rules:update', 'platform', 201, (tenant) => ({
    body: { issuer: 'BERTH', country: 'DE', validFrom: tenant.later(), tax: { id: 'vat', name: 'VAT', percent: '19' } },
  })),
  'GET /v1/budgets': inOrganization('budgets:read'),
  'POST /v1/budgets': {
    ...needs('budgets:update', 'organization', 201, (tenant) => ({ body: budget(tenant) })),
    also: [
      (tenant) => ({
        body: { ...budget(tenant), projectId: tenant.has.project, environmentId: tenant.has.environment },
      }),
    ],
    // Parts of one's own organization: what is no part of it uses nothing of it, so such a budget is never spent.
    foreign: { '/projectId': 201, '/environmentId': 201 },
  },
  'PATCH /v1/budgets/{id}': byId('budgets:update', 'organization', 200, (tenant) => tenant.newBudget(), { body: {} }),
  'DELETE /v1/budgets/{id}': byId('budgets:update', 'organization', 204, (tenant) => tenant.newBudget()),
  'GET /v1/credits': inOrganization('credits:read'),
  'GET /v1/credits/discounts': inOrganization('credits:read'),
  'POST /v1/credits/redemptions': needs('credits:redeem', 'organization', 201, async (tenant) => ({
    body: { organization: tenant.has.organization, code: await tenant.newCoupon() },
  })),
  'POST /v1/admin/metering/credits': needs('credits:update', 'platform', 201, ({ has }) => ({
    body: { organizationId: has.organization, name: 'Thanks', amount: '1' },
  })),
  'POST /v1/admin/metering/credits/{id}/revoke': byId('credits:update', 'platform', 200, (tenant) =>
    tenant.newCredit(),
  ),
  'POST /v1/admin/metering/discounts/{id}/revoke': byId('credits:update', 'platform', 200, (tenant) =>
    tenant.newDiscount(),
  ),
  'GET /v1/admin/metering/coupons': needs('credits:update', 'platform', 200),
  'POST /v1/admin/metering/coupons': needs('credits:update', 'platform', 201, () => ({ body: coupon() })),
  'GET /v1/billing-accounts/{organizationId}': needs('invoices:read', 'organization', 200, ({ has }) => ({
    path: { organizationId: has.organization },
  })),
  'PATCH /v1/admin/metering/billing-accounts/{organizationId}': {
    ...needs('billing-accounts:update', 'platform', 200, ({ has }) => ({
      path: { organizationId: has.organization },
      body: { issuer: 'BERTH' },
    })),
    also: [
      ({ has, priceBook: priceBookId }) => ({ path: { organizationId: has.organization }, body: { priceBookId } }),
    ],
  },
  'GET /v1/invoices': needs('invoices:read', 'organization', 200, organization),
  'GET /v1/invoices/preview': needs('invoices:read', 'organization', 200, organization),
  'GET /v1/invoices/{id}': byId('invoices:read', 'organization', 200, ({ has }) => has.invoice),
  'GET /v1/invoices/{id}/events': byId('invoices:read', 'organization', 200, ({ has }) => has.invoice),
  'GET /v1/invoices/{id}/parts': byId('invoices:read', 'organization', 200, ({ has }) => has.invoice, {
    query: { line: '0' },
  }),
  'GET /v1/invoices/{id}/spans': byId('invoices:read', 'organization', 200, ({ has }) => has.invoice, {
    query: { line: '0', workload: '019a0000-0000-7000-8000-000000000000' },
  }),
  'GET /v1/costs/comparison': inOrganization('invoices:read', { month: '2026-11', with: '2026-10' }),
  'GET /v1/invoices/{id}/pdf': byId('invoices:read', 'organization', 200, ({ has }) => has.invoice),
  'GET /v1/invoices/{id}/csv': byId('invoices:read', 'organization', 200, ({ has }) => has.invoice),
  'GET /v1/invoices/{id}/focus': byId('invoices:read', 'organization', 200, ({ has }) => has.invoice),
  'GET /v1/webhooks': inOrganization('webhooks:update'),
  'POST /v1/webhooks': needs('webhooks:update', 'organization', 201, ({ has }) => ({
    body: webhookOf(has.organization),
  })),
  'DELETE /v1/webhooks/{id}': byId('webhooks:update', 'organization', 204, (tenant) => tenant.newWebhook()),
  'POST /v1/webhooks/{id}/secrets': byId('webhooks:update', 'organization', 201, ({ has }) => has.webhook),
  'GET /v1/webhooks/{id}/deliveries': byId('webhooks:update', 'organization', 200, ({ has }) => has.webhook),
  'POST /v1/webhooks/{id}/deliveries/{delivery}/replays': needs('webhooks:update', 'organization', 200, (tenant) =>
    tenant.newDelivery(),
  ),
  'GET /v1/admin/metering/issuers': needs('billing-accounts:update', 'platform', 200),
  'PUT /v1/admin/metering/issuers/{issuer}': needs('billing-accounts:update', 'platform', 200, () => ({
    path: { issuer: 'BERTH' },
    body: { profile: { name: 'Berth', address: [], taxId: null, email: null, payment: [] } },
  })),
  'POST /v1/admin/metering/closings': needs('invoices:update', 'platform', 409, ({ has }) => ({
    body: { organizationId: has.organization },
  })),
  'GET /v1/admin/metering/closings': needs('invoices:update', 'platform', 200),
  'GET /v1/admin/metering/closings/{organizationId}': needs('invoices:update', 'platform', 200, ofOrganization),
  'POST /v1/admin/metering/closings/{organizationId}/waivers': needs('invoices:update', 'platform', 409, (tenant) => ({
    ...ofOrganization(tenant),
    body: { month: '2026-11', metric: 'cpu', reason: 'promised' },
  })),
  'POST /v1/admin/metering/closings/{organizationId}/reopenings': needs(
    'invoices:update',
    'platform',
    409,
    (tenant) => ({ ...ofOrganization(tenant), body: { month: '2050-11', reason: 'wrong prices' } }),
  ),
  'GET /v1/payments': { ...inOrganization('invoices:read'), foreign: { '?invoice': 200 } },
  'POST /v1/payments': needs('payments:create', 'organization', 409, async (tenant) => ({
    // Nothing is due.
    body: { invoiceId: await tenant.newInvoice() },
  })),
  // The platform of this test has no payment provider.
  'POST /v1/payments/notifications': open(409, () => ({ body: {} })),
  'POST /v1/admin/metering/invoices/{id}/payments': byId(
    'invoices:update',
    'platform',
    200,
    (tenant) => tenant.newInvoice(),
    { body: { reason: 'bank transfer' } },
  ),
  'POST /v1/admin/metering/invoices/{id}/void': byId(
    'invoices:update',
    'platform',
    200,
    (tenant) => tenant.newInvoice(),
    { body: { reason: 'a mistake' } },
  ),
  'GET /v1/invoices/{id}/credit-note': byId('invoices:read', 'organization', 200, ({ has }) => has.voidInvoice),
  'GET /v1/invoices/{id}/credit-note/pdf': byId('invoices:read', 'organization', 200, ({ has }) => has.voidInvoice),
  'GET /v1/admin/metering/events': needs('dead-letters:update', 'platform', 200),
  'GET /v1/admin/metering/dead-letters': needs('dead-letters:update', 'platform', 200),
  'POST /v1/admin/metering/dead-letters/replays': {
    ...needs('dead-letters:update', 'platform', 200, () => ({ body: { key: 'nothing waits for it', reason: 'none' } })),
    unrecorded: 'nothing is there to be replayed',
  },
  'POST /v1/admin/metering/dead-letters/discards': needs('dead-letters:update', 'platform', 404, ({ has }) => ({
    body: { id: has.organization, reason: 'none' },
  })),
};
