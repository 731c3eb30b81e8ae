/** The idiomatic server: Yoga, Pothos with scope-auth, DataLoader and Kysely, as most teams would write it. */
import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { DB } from '../../../src/database/types.ts';
import { listen, POOL_SIZE } from '../process.ts';
import { builder } from './builder.ts';
import { createContext, type Context } from './context.ts';
import './organization.ts';
import './viewer.ts';
import './mutations.ts';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: POOL_SIZE });
const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });

const yoga = createYoga<object, Context>({
  schema: builder.toSchema(),
  graphiql: false,
  context: ({ request }) => createContext(db, request.headers.get('authorization')),
});

listen(createServer((request, response) => void yoga(request, response)));
