/** Each field of an organization that requires a scope, asked alone with every scope and without any. */
import { describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { insertKey } from '../setup/world.ts';
import { organizationFields } from './cells.ts';
import { may, SCOPES, type Forest, type ScopeName } from './model.ts';

/** The guarded fields of the matrix of rights. Those with a second guard are below. */
const guarded = organizationFields.filter(
  ({ text, needs, first }) => text !== '' && needs.length > 0 && !first,
);

/** The organization that the keys act in, with nothing above or below. */
const alone: Forest = new Map([['north', { parent: null }]]);

describe('a field that requires a scope', () => {
  it.for(guarded.map((row) => [row.path.join('.'), row.needs, row] as const))(
    '%s is opened by %j',
    async ([_name, needs, { path, text }], { world }) => {
      for (const scope of [...SCOPES, undefined]) {
        const token = await insertKey(world, 'north', scope ? [scope] : []);
        const { data, errors } = await world.ask<{ organization: object | null }>(
          `{ organization { id ${text} } }`,
          {
            token,
            withoutSocket: true,
          },
        );
        const request = { organization: 'north', given: scope ? [scope] : [] };
        const opened = needs.some((need) => may(alone, request, need, 'north'));
        // What it leads to may have a guard of its own.
        const error = errors?.find((one) => one.path?.join() === ['organization', ...path].join());
        expect({ scope, code: error?.extensions.code }).toEqual({
          scope,
          code: opened ? undefined : 'FORBIDDEN',
        });
        // A refusal nulls the field and not the organization around it.
        expect(data?.organization).toMatchObject({ id: world.org('north') });
      }
    },
  );

  it('auditLog with what is below requires child_organizations:manage beside audit:read', async ({
    world,
  }) => {
    const ask = async (...scopes: ScopeName[]) => {
      const token = await insertKey(world, 'north', scopes);
      const { errors } = await world.ask(
        '{ organization { auditLog(includeDescendants: true) { totalCount } } }',
        { token },
      );
      return errors?.[0]?.extensions;
    };
    expect(await ask('audit:read')).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: ['child_organizations:manage'],
    });
    expect(await ask('child_organizations:manage')).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: ['audit:read'],
    });
    expect(await ask('audit:read', 'child_organizations:manage')).toBeUndefined();
  });
});
