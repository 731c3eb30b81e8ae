/** The schema builder of the idiomatic server. */
import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { DateTimeISOResolver } from 'graphql-scalars';
import { can, type Context } from './context.ts';

/** Something that a scope is needed for, on an organization. */
export interface Need {
  lineage: readonly string[];
  /** Null where the organization only has to be in the caller's subtree. */
  scope: string | null;
}

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    Decimal: { Input: string; Output: string };
    ID: { Input: string; Output: string };
  };
  AuthScopes: { authenticated: boolean; on: Need };
}>({
  plugins: [ScopeAuthPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    authScopes: (context) => ({
      authenticated: context.caller !== null,
      on: ({ lineage, scope }) => can(context, lineage, scope),
    }),
  },
});

builder.addScalarType('DateTime', DateTimeISOResolver);
builder.scalarType('Decimal', { serialize: String, parseValue: String });
builder.queryType({ authScopes: { authenticated: true } });
builder.mutationType({ authScopes: { authenticated: true } });
