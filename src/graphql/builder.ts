/**
 * The schema builder: plugins, scalars, and the scopes that guard fields. It defines no domain
 * types.
 */
import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { JSONResolver, URLResolver } from 'graphql-scalars';
import type { Context } from './context.ts';
import { DateTimeResolver } from '../values/date-time.ts';
import { DecimalResolver } from '../values/decimal.ts';
import { EmailAddressResolver } from '../values/email-address.ts';
import { notFound, organizationRequired, unauthenticated } from '../errors.ts';
import { encodeId, type IdType } from '../values/ids.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  DefaultAuthStrategy: 'all';
  AuthScopes: {
    /** The request carries a valid credential. */
    authenticated: boolean;
    /** The request acts in an organization. */
    organization: boolean;
  };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    Decimal: { Input: string; Output: string };
    EmailAddress: { Input: string; Output: string };
    URL: { Input: URL; Output: string };
    JSON: { Input: unknown; Output: unknown };
  };
}>({
  plugins: [RelayPlugin, ScopeAuthPlugin],
  defaultFieldNullability: false,
  relay: {
    encodeGlobalID: (typename, id) => encodeId(typename as IdType, String(id)),
    // Ids in arguments are decoded where they are used, so that the error can name the argument.
    decodeGlobalID: (id) => ({ typename: '', id }),
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodeTypeOptions: {
      description: 'An object with a globally unique id. `Query.node` finds it by that id.',
    },
    idFieldOptions: {
      description:
        'A prefix for the type and 32 hex digits, e.g. org_019ac2f1d0b87a3e8c5f4b2a1d0e9f87. Never reused.',
    },
    pageInfoTypeOptions: { description: 'The position of a page in its list.' },
    hasNextPageFieldOptions: {
      description: 'Whether more items follow; when paging backward, whether `before` was given.',
    },
    hasPreviousPageFieldOptions: {
      description: 'Whether items precede; when paging forward, whether `after` was given.',
    },
    startCursorFieldOptions: { description: 'Cursor of the first item; null on an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last item; null on an empty page.' },
  },
  scopeAuth: {
    // Without this, `__typename` alone would reveal that a forbidden object exists.
    runScopesOnType: true,
    authorizeOnSubscribe: true,
    defaultStrategy: 'all',
    treatErrorsAsUnauthorized: false,
    authScopes: ({ principal }) => ({
      authenticated: principal.credential !== null,
      organization: principal.organization !== null,
    }),
    unauthorizedError: (_parent, context, info) => {
      if (!context.principal.credential) return unauthenticated();
      if (!context.principal.organization && info.parentType.name === 'Query')
        return organizationRequired(context.organizationHeader);
      return notFound();
    },
  },
});

builder.addScalarType('DateTime', DateTimeResolver);
builder.addScalarType('Decimal', DecimalResolver);
builder.addScalarType('EmailAddress', EmailAddressResolver);
builder.addScalarType('URL', URLResolver, { description: 'An absolute URL.' });
builder.addScalarType('JSON', JSONResolver, { description: 'Any JSON value.' });

builder.queryType({
  description: 'Everything that can be read.',
  authScopes: { authenticated: true },
});
