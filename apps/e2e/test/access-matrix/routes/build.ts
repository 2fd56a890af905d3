import { byId, needs, type Rows } from '../row.js';

export const buildRows: Rows = {
  'GET /v1/builds': {
    ...needs('builds:read', 'environment', 200, ({ has }) => ({ query: { workload: has.workload } })),
    emptyForStrangers: true,
    foreign: { '?workload': 200 },
  },
  'GET /v1/builds/{id}': byId('builds:read', 'environment', 200, ({ has }) => has.build),
  'GET /v1/builds/{id}/logs': byId('builds:read', 'environment', 200, ({ has }) => has.build),
  'POST /v1/uploads': {
    ...needs('uploads:create', 'project', 201, ({ has, archive }) => ({
      query: { organization: has.organization, project: has.project },
      body: archive,
    })),
    // Projects are not known here: it says where the role is looked for. The upload belongs to the organization.
    foreign: { '?project': 201 },
  },
};
