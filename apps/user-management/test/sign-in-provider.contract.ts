import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProviderAccess, SignInProvider, SignInRequest } from '../src/sign-in-kinds/sign-in-provider.js';
import { redirectUri } from './fixtures/openid-provider.js';

export interface ProviderUnderTest {
  readonly provider: SignInProvider;
  readonly access: ProviderAccess;
  /** Makes an account there, of that address and name. @returns how it logs in, and its subject */
  account(email: string, name: string): Promise<{ readonly login: string; readonly subject: string }>;
  /** The browser of somebody who agrees. @returns the query that it brings back */
  browse(url: URL, login: string): Promise<string>;
  close(): Promise<void>;
}

/** What every kind of identity provider must do, whoever wrote its adapter. */
export function signInProviderContract(kind: string, make: () => Promise<ProviderUnderTest>): void {
  describe(`an identity provider of the kind ${kind}`, () => {
    let tested: ProviderUnderTest;
    beforeAll(async () => void (tested = await make()));
    afterAll(() => tested.close());

    const request = (): SignInRequest => ({
      redirectUri,
      state: `state-${randomUUID()}`,
      nonce: `nonce-${randomUUID()}`,
      verifier: `verifier-${randomUUID()}-${randomUUID()}`,
    });
    const newAccount = () => tested.account(`${randomUUID()}@example.com`, 'Ada Lovelace');
    const ask = (asked: SignInRequest) => tested.provider.authorizationUrl(tested.access, asked);
    const broughtBack = async (asked: SignInRequest, login: string) => tested.browse(await ask(asked), login);
    const told = (asked: SignInRequest, query: string) =>
      tested.provider.account(tested.access, asked, new URLSearchParams(query));

    it('has the browser carry the state and come back where it should, and carry no secret', async () => {
      const asked = request();
      const url = await ask(asked);
      const carried = [...url.searchParams.values()];
      expect(carried).toEqual(expect.arrayContaining([asked.state, asked.redirectUri]));
      for (const secret of [asked.verifier, tested.access.clientSecret]) expect(url.href).not.toContain(secret);
    });

    it('says who somebody is, and what their address and name are there', async () => {
      const email = `${randomUUID()}@example.com`;
      const { login, subject } = await tested.account(email, 'Ada Lovelace');
      const asked = request();
      const account = await told(asked, await broughtBack(asked, login));
      expect(account).toMatchObject({ subject, email, displayName: 'Ada Lovelace', claims: { email } });
    });

    it('says the same subject of one person each time, and another one of another', async () => {
      const [one, other] = [await newAccount(), await newAccount()];
      const subjects = [];
      for (const { login } of [one, other, one]) {
        const asked = request();
        subjects.push((await told(asked, await broughtBack(asked, login))).subject);
      }
      expect(subjects).toEqual([one.subject, other.subject, one.subject]);
    });

    it('believes nothing that was brought back for another request: of another state, or by who cannot prove to have asked', async () => {
      const { login } = await newAccount();
      for (const different of ['state', 'verifier'] as const) {
        const asked = request();
        const query = await broughtBack(asked, login);
        await expect(told({ ...asked, [different]: request()[different] }, query)).rejects.toThrow();
      }
    });

    it('believes nothing of what came without its word: an error, nothing at all, or what somebody made up', async () => {
      const { login } = await newAccount();
      const asked = request();
      const names = [...new URLSearchParams(await broughtBack(asked, login)).keys()];
      const madeUp = new URLSearchParams();
      for (const name of names) madeUp.set(name, name === 'state' ? asked.state : 'made up');
      const queries = ['', `state=${asked.state}`, `error=access_denied&state=${asked.state}`, madeUp.toString()];
      for (const query of queries) await expect(told(asked, query)).rejects.toThrow();
    });

    it('believes what was brought back once', async () => {
      const { login } = await newAccount();
      const asked = request();
      const query = await broughtBack(asked, login);
      await told(asked, query);
      await expect(told(asked, query)).rejects.toThrow();
    });
  });
}
