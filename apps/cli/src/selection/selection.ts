import { ApiProblem, answerOf, type Client, type Schemas } from '@berth/api-client';
import { notFound } from '../errors.js';
import { everyPage } from '../output/pages.js';
import { choose, kinds, type Named } from './choose.js';
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
  ) {}

  organization(): Promise<Schemas['MyOrganization']> {
    return this.once('organization', async () => {
      const page = (cursor?: string) => this.client.GET('/v1/organizations', { params: { query: pageOf(cursor) } });
      return choose(kinds.organization, await everyPage(page), this.wanted.organization);
    });
  }

  project(): Promise<Schemas['Project']> {
    return this.once('project', async () => {
      const organization = (await this.organization()).id;
      const page = (slug: Slug, cursor?: string) =>
        this.client.GET('/v1/projects', { params: { query: { organization, ...slug, ...pageOf(cursor) } } });
      return this.pick('project', page);
    });
  }

  environment(wanted?: string): Promise<Schemas['Environment']> {
    return this.once(`environment ${wanted ?? ''}`, async () => {
      const project = (await this.project()).id;
      const page = (slug: Slug, cursor?: string) =>
        this.client.GET('/v1/environments', { params: { query: { project, ...slug, ...pageOf(cursor) } } });
      return this.pick('environment', page, wanted);
    });
  }

  app(): Promise<Schemas['App']> {
    return this.once('app', async () => {
      const project = (await this.project()).id;
      const page = (slug: Slug, cursor?: string) =>
        this.client.GET('/v1/apps', { params: { query: { project, ...slug, ...pageOf(cursor) } } });
      return this.pick('app', page);
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
    const app = (await this.app()).id;
    return everyPage((cursor) => this.client.GET('/v1/workloads', { params: { query: { app, ...pageOf(cursor) } } }));
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

  /** Asks for the wanted one by name; all of them are listed only to choose or to name the choices. */
  private async pick<Item extends Named>(
    kind: 'project' | 'environment' | 'app',
    page: (slug: Slug, cursor?: string) => Promise<{ data?: { items: Item[]; next: string | null } }>,
    wanted = this.wanted[kind],
  ): Promise<Item> {
    const [named] = wanted !== undefined && isSlug(wanted) ? (await answerOf(page({ slug: wanted }))).items : [];
    return named ?? choose(kinds[kind], await everyPage((cursor) => page({}, cursor)), wanted);
  }

  private once<Found>(what: string, find: () => Promise<Found>): Promise<Found> {
    const known = this.found.get(what) as Promise<Found> | undefined;
    const finding = known ?? find();
    this.found.set(what, finding);
    return finding;
  }
}

type Slug = { slug?: string };

const pageOf = (cursor?: string) => ({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
const isSlug = (text: string): boolean => /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(text);
