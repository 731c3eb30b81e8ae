/**
 * Places in a statement's parameters for what each request brings along. A statement is compiled
 * with slots where a value would be, so that its text serves every request of the same shape.
 */
import { hash } from 'node:crypto';
import type { Principal } from '../authorization/principal.ts';

/**
 * A parameter that is filled for each request. It cannot be turned into a text or a number, so that
 * code that looks at a value, instead of passing it on, fails when the statement is compiled.
 */
export class Slot<Values = never> {
  readonly read: (values: Values) => unknown;

  constructor(read: (values: Values) => unknown) {
    this.read = read;
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError('a value of the request is a parameter, and nothing else');
  }
}

/**
 * The caller of a request, with slots for what differs between callers of the same shape. `isProven`
 * tells whether the statement authenticates them.
 */
export function symbolicPrincipal(
  { credential, user, organization }: Principal,
  isProven = false,
): Principal {
  const slot = <Value>(read: (principal: Principal) => Value): NonNullable<Value> =>
    new Slot(({ principal }: { principal: Principal }) =>
      read(principal),
    ) as unknown as NonNullable<Value>;
  const organizationId = slot((principal) => principal.organization?.id);
  return {
    credential: credential && {
      kind: credential.kind,
      id: slot((principal) => principal.credential?.id),
      name: slot((principal) => principal.credential?.name),
      expiresAt: slot((principal) => principal.credential?.expiresAt),
    },
    user: user && {
      id: slot((principal) => principal.user?.id),
      verifiedEmail:
        user.verifiedEmail === null ? null : slot((principal) => principal.user?.verifiedEmail),
    },
    organization: organization && {
      id: organizationId,
      lineage: [organizationId],
      scopes: organization.scopes,
    },
    isProven,
  };
}

/** The maximum length of the shape of a caller; longer ones are hashed. */
const SHAPE_LENGTH_MAX = 60;

const shapes = new WeakMap<Principal, string>();

/** What a statement for a caller depends on. */
export function principalShape(principal: Principal): string {
  let shape = shapes.get(principal);
  if (shape === undefined) shapes.set(principal, (shape = shapeOf(principal)));
  return shape;
}

function shapeOf({ credential, user, organization }: Principal): string {
  const parts = [
    credential?.kind,
    user ? (user.verifiedEmail === null ? 'unverified' : 'user') : '-',
    organization ? [...organization.scopes].toSorted().join() : '-',
  ];
  const shape = parts.join(' ');
  // It is part of a key that is looked up for every request.
  return shape.length <= SHAPE_LENGTH_MAX ? shape : hash('sha256', shape, 'base64url');
}
