import { isInterfaceType, type GraphQLResolveInfo } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { decodeId, type IdType } from '../../src/values/ids.ts';

const node = schema.getType('Node');
const types = isInterfaceType(node) ? [...schema.getPossibleTypes(node)] : [];

describe('Ids of nodes', () => {
  it.each(types.map(({ name }) => name))('of type %s are there without a promise', (name) => {
    const uuid = '019ac2f1-d0b8-7a3e-8c5f-4b2a1d0e9f87';
    const resolve = types.find((type) => type.name === name)?.getFields()['id']?.resolve;
    const id: unknown = resolve?.({ id: uuid }, {}, {}, {} as GraphQLResolveInfo);
    expect(decodeId(name as IdType, String(id), 'id')).toBe(uuid);
  });
});
