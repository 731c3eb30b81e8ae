import { describe, expect, it } from 'vitest';
import { badUsers } from '../../console/src/invitations/bad-users.ts';

const badInput = (...fields: string[]) => ({
  extensions: {
    code: 'BAD_USER_INPUT',
    argument: fields[0],
    fields: fields.map((field) => ({ field, message: 'must be an email address' })),
  },
});

describe('addresses that the gateway refuses', () => {
  it('Are found by their position in the call', () => {
    expect([...badUsers([badInput('users.1.email', 'users.12.email')])]).toEqual([1, 12]);
    expect([...badUsers([badInput('input.users.3.email')])]).toEqual([3]);
    const { fields: _fields, ...alone } = badInput('users.2.email').extensions;
    expect([...badUsers([{ extensions: alone }])]).toEqual([2]);
  });

  it('Are not the reason where anything else is wrong too', () => {
    expect(badUsers([badInput('users.1.email', 'users.1.roles')]).size).toBe(0);
    expect(badUsers([badInput('organizationId')]).size).toBe(0);
    expect(badUsers([{ extensions: { code: 'FORBIDDEN' } }]).size).toBe(0);
    expect(badUsers([{}]).size).toBe(0);
  });
});
