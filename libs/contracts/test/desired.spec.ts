import { describe, expect, it } from '@jest/globals';
import { asCanary, type DesiredWorkload } from '../src/runtime.js';

const link = (name: string) => ({ workloadId: name, name, host: `${name}.example.com` });
const workload = (over: Partial<DesiredWorkload>) => ({ environment: { A: '1' }, ...over }) as DesiredWorkload;
const canary = (over: object): DesiredWorkload['canary'] =>
  JSON.parse(
    JSON.stringify({
      ...{ release: { number: 2 }, environment: { A: '2' }, restartToken: 't', process: { name: 'web' }, weight: 10 },
      ...over,
    }),
  ) as DesiredWorkload['canary'];

describe('the canary as a workload of its own', () => {
  it('has variables and links of its own release, and none of the former', () => {
    const links = [link('former')];
    expect(asCanary(workload({ links, canary: canary({ links: [link('own')] }) }))).toMatchObject({
      ...{ environment: { A: '2' }, links: [link('own')], release: { number: 2 } },
    });
    expect(asCanary(workload({ links, canary: canary({}) }))).not.toHaveProperty('links');
  });

  it('is not there when there is none', () => expect(asCanary(workload({}))).toBeUndefined());
});
