import { idOf } from './platform.js';

/** What a server answers of many a thing, as short as commands can read it. */
export const interval = {
  from: '2026-11-01T00:00:00.000Z',
  to: '',
  countedUntil: '',
  waitingWorkloads: 0,
  notMetered: [],
  items: [],
  next: null,
};
export const me = { id: idOf(1), email: 'ann@example.com', administrator: false };

export const priceBook = { id: idOf(80), name: 'default', currency: 'EUR', rounding: 'half-even' };
export const openMonth = {
  ...{ number: null, period: { month: '2026-11', timeZone: 'UTC', from: '', to: '' }, currency: 'EUR' },
  ...{ priceBook: { name: 'default', versions: [] }, rounding: { mode: 'half-even', decimals: 2 } },
  ...{ lines: [], corrections: [], totals: { net: '', tax: '', credited: '', corrected: '', due: '' } },
};

export const dnsZone = {
  ...{ id: idOf(98), organizationId: idOf(1), name: 'shop.example', servers: ['9.9.9.9'], ttlSeconds: 60 },
  ...{ key: { name: 'berth-key', algorithm: 'hmac-sha256' }, conditions: [], createdBy: idOf(2) },
  ...{ createdAt: '2026-11-21T10:00:00.000Z', deletedAt: null },
};
export const pull = {
  ...{ id: idOf(97), registry: 'registry.example', username: 'robot', createdAt: '2026-11-21T10:00:00.000Z' },
};
export const provider = {
  ...{ id: idOf(99), organizationId: idOf(1), displayName: 'Google', clientId: 'berth', createdAt: '' },
  ...{ endpoints: { kind: 'oidc', issuer: 'https://idp.example' }, scopes: [], emailClaim: 'email', roles: [] },
};
export const delegation = {
  ...{ id: idOf(98), projectId: idOf(10), cluster: 'local', namespace: 'team', subjectId: idOf(2), scopes: ['*'] },
  ...{ conditions: [], createdAt: '2026-11-21T10:00:00.000Z', endsAt: '2026-12-21T10:00:00.000Z' },
};
export const domain = {
  ...{
    id: idOf(96),
    workloadId: idOf(40),
    organizationId: idOf(1),
    host: 'shop.example.com',
    path: '/',
    state: 'pending',
  },
  ...{ cause: null, message: 'There is no TXT record', proof: null, verifiedAt: null, checkedAt: null, createdAt: '' },
  challenge: { type: 'TXT', name: '_berth-challenge.shop.example.com', value: 'token' },
};
export const hook = { id: idOf(95), url: 'https://example.com/hook', events: ['berth.invoice.paid.v1'] };
export const openClosing = { period: openMonth.period, closable: true, checks: [], unpriced: [] };
