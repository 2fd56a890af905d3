import { answerOf, ApiProblem, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';

type Answer = Schemas['EnvironmentCosts'];
type Item = Answer['items'][number];
export type CostOfEnvironment = Omit<Item, 'environmentId'> & Pick<Answer, 'currency' | 'month'>;

export interface CostsOfProject extends Omit<Answer, 'items' | 'next'> {
  of(environmentId: string): CostOfEnvironment;
}

const LIMIT = 200;

/** Null, with a warning, where the server does not tell: environments are listed all the same. */
export async function costsOf(context: Context, organization: string, project: string): Promise<CostsOfProject | null> {
  try {
    return await read(context, organization, project);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    context.out.warn(`Costs are not shown: ${error.message}`);
    return null;
  }
}

async function read({ client }: Context, organization: string, project: string): Promise<CostsOfProject> {
  const page = (cursor?: string) => {
    const query = { organization, project, limit: LIMIT, ...(cursor && { cursor }) };
    return answerOf(client.GET('/v1/costs/environments', { params: { query } }));
  };
  const { items: first, next: second, ...about } = await page();
  const items = [...first];
  for (let next = second; next !== null;) {
    const more = await page(next);
    items.push(...more.items);
    next = more.next;
  }
  const { currency, month } = about;
  const of = (environmentId: string): CostOfEnvironment => {
    const { environmentId: _, ...cost } = items.find((each) => each.environmentId === environmentId) ?? unused;
    return { ...cost, currency, month };
  };
  return { ...about, of };
}

/** Nothing this month, and nothing now. */
const unused: Item = { environmentId: '', soFar: '0.0000000000', perDay: '0.0000000000', unpriced: [] };
