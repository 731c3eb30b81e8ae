/** The schema: every domain's definitions, put together. */
import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';
import './organization/graph.ts';
import './organization/details-graph.ts';
import './organization/slug-graph.ts';
import './domain/graph.ts';
import './membership/graph.ts';
import './invitation/graph.ts';
import './role/graph.ts';
import './user/graph.ts';
import './credential/graph.ts';
import './usage/graph.ts';
import './audit/graph.ts';
import './viewer/graph.ts';
import './organization/mutation-graph.ts';
import './organization/create-mutation-graph.ts';
import './organization/place-mutation-graph.ts';
import './provisioning/graph.ts';
import './provisioning/mutation-graph.ts';
import './membership/mutation-graph.ts';
import './role/mutation-graph.ts';
import './invitation/mutation-graph.ts';
import './credential/mutation-graph.ts';
import './usage/mutation-graph.ts';
import './node.ts';

export const schema = builder.toSchema();

/** The schema as text, sorted; what `schema.graphql` holds. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
