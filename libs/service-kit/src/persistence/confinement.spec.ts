import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { withCorrelation, withoutConfinement } from '../logging/correlation.js';
import { Confinement, confinementNow, confineTo, settingOf } from './confinement.js';

const [one, two] = [randomUUID(), randomUUID()];
const inRequest = <Result>(work: () => Result): Result =>
  withCorrelation({ correlationId: 'request', confinement: new Confinement() }, work);

describe('what a request is confined to', () => {
  it('is nothing until it was allowed somewhere, and then those organizations, each once', () => {
    inRequest(() => {
      expect(confinementNow()).toBe('');
      confineTo(one);
      confineTo(one);
      expect(confinementNow()).toBe(`{${one}}`);
      confineTo(two);
      confineTo(one);
      expect(confinementNow()).toBe(`{${one},${two}}`);
    });
  });

  it('is known to all that it waits for, and to no other request', async () => {
    const seen = (organizationId: string) =>
      inRequest(async () => {
        const allow = async () => confineTo(organizationId);
        await allow();
        return confinementNow();
      });
    expect(await Promise.all([seen(one), seen(two)])).toEqual([`{${one}}`, `{${two}}`]);
  });

  it('is not what an event is confined to that is handled within, nor what is done for all organizations', () => {
    inRequest(() => {
      confineTo(one);
      expect(withCorrelation({ correlationId: 'event' }, confinementNow)).toBe('');
      expect(withoutConfinement(confinementNow)).toBe('');
      expect(confinementNow()).toBe(`{${one}}`);
    });
  });

  it('is nothing outside of requests, whatever was allowed there', () => {
    confineTo(one);
    expect(confinementNow()).toBe('');
    withCorrelation({ correlationId: 'event' }, () => {
      confineTo(one);
      expect([confinementNow(), withoutConfinement(confinementNow)]).toEqual(['', '']);
    });
  });

  it('is made of UUIDs alone, because it becomes part of a statement', () => {
    inRequest(() => {
      for (const foreign of [`${one}'; drop table note; --`, `${one},${two}`, '', 'acme'])
        expect(() => confineTo(foreign)).toThrow('An organization has a UUID.');
      expect(confinementNow()).toBe('');
    });
    expect(settingOf(`{${one}}`)).toBe(`set local berth.organizations = '{${one}}'`);
  });
});
