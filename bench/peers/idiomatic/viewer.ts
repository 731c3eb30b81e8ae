/** Who is calling. */
import { builder } from './builder.ts';
import type { Caller } from './context.ts';
import { Organization } from './organization.ts';

const Credential = builder.objectRef<Caller>('Credential').implement({
  fields: (t) => ({
    kind: t.string({ resolve: () => 'API_KEY' }),
    name: t.exposeString('keyName'),
  }),
});

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  fields: (t) => ({
    credential: t.field({ type: Credential, resolve: (caller) => caller }),
    organization: t.field({
      type: Organization,
      nullable: true,
      resolve: ({ home }, _args, { loaders }) => loaders.organization.load(home),
    }),
    scopes: t.stringList({ resolve: ({ scopes }) => [...scopes] }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({ type: Viewer, nullable: true, resolve: (_root, _args, { caller }) => caller }),
);
