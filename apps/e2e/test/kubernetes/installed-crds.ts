import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredKinds, type KubeClient } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { expect } from '@jest/globals';
import { parseAllDocuments } from 'yaml';

const { signal: never } = new AbortController();
const file = join(import.meta.dirname, '../../../../k8s/crds/berth.dev.yaml');

interface Definition {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export const definitions = parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS() as Definition);

const pathOf = ({ metadata }: Definition): string =>
  `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`;

/** As `kubectl apply -f k8s/crds/berth.dev.yaml`; resolves when the cluster serves them. */
export async function installCrds({ transport }: KubeClient): Promise<void> {
  for (const body of definitions) {
    const path = `${pathOf(body)}?fieldManager=administrator&fieldValidation=Strict`;
    await transport.ask({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml', signal: never });
  }
  for (const each of definitions)
    await eventually(async () => {
      const found = await transport.ask<Definition>({ method: 'GET', path: pathOf(each), signal: never });
      const conditions = found.status?.conditions?.map(({ type, status }) => `${type} ${status}`);
      expect(conditions?.sort()).toEqual(['Established True', 'NamesAccepted True']);
    });
  // One that is established may be unknown for a moment more.
  for (const { plural } of Object.values(declaredKinds)) {
    const path = `/apis/berth.dev/v1alpha1/${plural}?limit=1`;
    await eventually(() => transport.ask({ method: 'GET', path, signal: never }), { within: 60_000 });
  }
}
