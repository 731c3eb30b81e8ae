/** Reads in both forms: as one compiled statement, and by resolvers. */
import { expect } from 'vitest';
import type { Outcome } from '../../src/compiler/outcome.ts';
import {
  createWorld,
  gatewayOver,
  type GraphQLAnswer,
  type RequestOptions,
  type World,
} from './world.ts';

export interface BothForms {
  world: World;
  /** Asks both, expects that they agree and that one statement answered, and returns the answer. */
  read<Data>(
    document: string,
    options: RequestOptions,
    variables?: Record<string, unknown>,
  ): Promise<Data>;
  /** Asks both, expects that they refuse alike, and returns the errors. */
  refused(
    document: string,
    options: RequestOptions,
    variables?: Record<string, unknown>,
  ): Promise<NonNullable<GraphQLAnswer['errors']>>;
}

export async function createBothForms(): Promise<BothForms> {
  const outcomes: Outcome[] = [];
  const world = await createWorld({ onOutcome: (outcome) => void outcomes.push(outcome) });
  const resolving = gatewayOver(world.gatewayDb, { compiled: false });
  const byResolvers = async (
    query: string,
    { as, token, organization }: RequestOptions,
    variables?: Record<string, unknown>,
  ): Promise<unknown> => {
    const named = organization ?? (as && !as.startsWith('key@') ? as.split('@')[1] : undefined);
    const response = await resolving.fetch(world.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token ?? (as && world.token(as))}`,
        ...(named && { 'x-organization': named }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
  return {
    world,
    async read<Data>(
      document: string,
      options: RequestOptions,
      variables?: Record<string, unknown>,
    ) {
      outcomes.length = 0;
      const compiled = await world.ask<Data>(document, options, variables);
      expect(compiled.errors).toBeUndefined();
      expect(outcomes.map((outcome) => ('data' in outcome ? 'compiled' : outcome))).toEqual([
        'compiled',
      ]);
      expect(await byResolvers(document, options, variables)).toMatchObject({
        data: compiled.data,
      });
      return compiled.data as Data;
    },
    async refused(document, options, variables) {
      const compiled = await world.ask(document, options, variables);
      const errors = compiled.errors?.map(({ message, path, extensions }) => ({
        message,
        path,
        extensions,
      }));
      expect(errors).toBeDefined();
      expect(await byResolvers(document, options, variables)).toMatchObject({ errors });
      return compiled.errors ?? [];
    },
  };
}
