import { join } from 'node:path';
import { ApiProblem, answerOf, type Client, type Schemas } from '@berth/api-client';
import { notFound } from '../errors.js';
import { allOrganizations, appsOf, type ByName, environmentsOf, projectsOf, workloadsOf } from '../lists.js';
import { choose, kinds, type Named } from './choose.js';
import { type FoundLink, LINK_FILE } from './link-file.js';
import type { Wanted } from './wanted.js';

export interface Place {
  readonly app: Schemas['App'];
  readonly environment: Schemas['Environment'];
}

/** Finds what a command is about, asking the server only for what the command needs. */
export class Selection {
  private readonly found = new Map<string, Promise<unknown>>();

  constructor(
    private readonly client: Client,
    readonly wanted: Wanted,
    private readonly link?: FoundLink,
  ) {}

  organization(): Promise<Schemas['MyOrganization']> {
    return this.once('organization', async () =>
      choose(
        kinds.organization,
        await allOrganizations(this.client),
        this.wanted.organization,
        this.sourceOf('organization', this.wanted.organization),
      ),
    );
  }

  project(wanted = this.wanted.project): Promise<Schemas['Project']> {
    return this.once(`project ${wanted ?? ''}`, async () => {
      const { id } = await this.organization();
      return pick('project', wanted, (name) => projectsOf(this.client, id, name), this.sourceOf('project', wanted));
    });
  }

  environment(wanted = this.wanted.environment): Promise<Schemas['Environment']> {
    return this.once(`environment ${wanted ?? ''}`, async () => {
      const { id } = await this.project();
      return pick('environment', wanted, (name) => environmentsOf(this.client, id, name));
    });
  }

  app(wanted = this.wanted.app): Promise<Schemas['App']> {
    return this.once(`app ${wanted ?? ''}`, async () => {
      const { id } = await this.project();
      return pick('app', wanted, (name) => appsOf(this.client, id, name), this.sourceOf('app', wanted));
    });
  }

  async place(environment?: string): Promise<Place> {
    const app = await this.app();
    return { app, environment: await this.environment(environment) };
  }

  /** The app in the environment. @throws CliError when it was never deployed there */
  async workload(wanted?: string): Promise<Schemas['Workload']> {
    const { app, environment } = await this.place(wanted);
    const workload = await this.findWorkload({ app, environment });
    if (workload) return workload;
    throw notFound(
      `${app.slug} was never deployed to ${environment.slug}.`,
      `Deploy it: berth deploy --app ${app.slug} --env ${environment.slug}`,
    );
  }

  /** The app in the environment, made when it is not there. */
  async workloadOrNew(wanted?: string): Promise<Schemas['Workload']> {
    const place = await this.place(wanted);
    return (await this.findWorkload(place)) ?? this.createWorkload(place);
  }

  async workloads(): Promise<Schemas['Workload'][]> {
    return workloadsOf(this.client, (await this.app()).id);
  }

  private async findWorkload({ app, environment }: Place): Promise<Schemas['Workload'] | undefined> {
    const query = { app: app.id, environment: environment.id };
    const { items } = await answerOf(this.client.GET('/v1/workloads', { params: { query } }));
    return items.find((each) => each.appId === app.id && each.environmentId === environment.id);
  }

  private async createWorkload(place: Place): Promise<Schemas['Workload']> {
    const body = { appId: place.app.id, environmentId: place.environment.id };
    try {
      return await answerOf(this.client.POST('/v1/workloads', { body }));
    } catch (error) {
      // Somebody else deployed for the first time at the same moment.
      const found = error instanceof ApiProblem && error.status === 409 ? await this.findWorkload(place) : undefined;
      if (!found) throw error;
      return found;
    }
  }

  /** Nobody typed what a link says. */
  private sourceOf(kind: 'organization' | 'project' | 'app', wanted: string | undefined): string | undefined {
    const { link } = this;
    return link && link[kind] === wanted ? `${join(link.folder, LINK_FILE)} names it.` : undefined;
  }

  private once<Found>(what: string, find: () => Promise<Found>): Promise<Found> {
    const known = this.found.get(what) as Promise<Found> | undefined;
    const finding = known ?? find();
    this.found.set(what, finding);
    return finding;
  }
}

/** Asks for the wanted one by name; all of them are listed only to choose, or to name the choices. */
async function pick<Item extends Named>(
  kind: 'project' | 'environment' | 'app',
  wanted: string | undefined,
  list: (name?: ByName) => Promise<Item[]>,
  source?: string,
): Promise<Item> {
  const [named] = wanted !== undefined && isSlug(wanted) ? await list({ slug: wanted }) : [];
  return named ?? choose(kinds[kind], await list(), wanted, source);
}

const isSlug = (text: string): boolean => /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(text);
