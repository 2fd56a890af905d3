import type { Client, Schemas } from '@berth/api-client';
import { everyPage } from './output/pages.js';

/** The longest page that the server gives. */
const LIMIT = 200;

/** A wish to see only the one with this name. */
export interface ByName {
  readonly slug?: string;
}

const page = (cursor: string | undefined) => ({ limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) });

export const allOrganizations = (client: Client): Promise<Schemas['MyOrganization'][]> =>
  everyPage((cursor) => client.GET('/v1/organizations', { params: { query: page(cursor) } }));

export const projectsOf = (client: Client, organization: string, name: ByName = {}): Promise<Schemas['Project'][]> =>
  everyPage((cursor) => {
    const query = { organization, ...name, ...page(cursor) };
    return client.GET('/v1/projects', { params: { query } });
  });

export const environmentsOf = (client: Client, project: string, name: ByName = {}): Promise<Schemas['Environment'][]> =>
  everyPage((cursor) => {
    const query = { project, ...name, ...page(cursor) };
    return client.GET('/v1/environments', { params: { query } });
  });

export const appsOf = (client: Client, project: string, name: ByName = {}): Promise<Schemas['App'][]> =>
  everyPage((cursor) => client.GET('/v1/apps', { params: { query: { project, ...name, ...page(cursor) } } }));

export const workloadsOf = (client: Client, app: string): Promise<Schemas['Workload'][]> =>
  everyPage((cursor) => client.GET('/v1/workloads', { params: { query: { app, ...page(cursor) } } }));

/** Newest first. */
export const releasesOf = (client: Client, workload: string): Promise<Schemas['Release'][]> =>
  everyPage((cursor) => client.GET('/v1/releases', { params: { query: { workload, ...page(cursor) } } }));

/** Newest first, at most so many. */
export const deploymentsOf = (client: Client, workload: string, most = Infinity): Promise<Schemas['Deployment'][]> =>
  everyPage((cursor) => {
    const query = { workload, ...page(cursor), limit: Math.min(most, LIMIT) };
    return client.GET('/v1/deployments', { params: { query } });
  }, most);

/** Newest first, at most so many. */
export const tasksOf = (client: Client, workload: string, most = Infinity): Promise<Schemas['Task'][]> =>
  everyPage((cursor) => {
    const query = { workload, ...page(cursor), limit: Math.min(most, LIMIT) };
    return client.GET('/v1/tasks', { params: { query } });
  }, most);

export const schedulesOf = (client: Client, workload: string): Promise<Schemas['Schedule'][]> =>
  everyPage((cursor) => client.GET('/v1/schedules', { params: { query: { workload, ...page(cursor) } } }));

/** Newest first, at most so many. */
export const runsOf = (client: Client, id: string, most: number): Promise<Schemas['ScheduleRun'][]> =>
  everyPage((cursor) => {
    const query = { ...page(cursor), limit: Math.min(most, LIMIT) };
    return client.GET('/v1/schedules/{id}/runs', { params: { path: { id }, query } });
  }, most);
