/** What the model says about one attempt: who asks, about which target, and what they are answered. */
import type { NodeType } from '../setup/nodes.ts';
import type { Right } from '../samples/sample.ts';
import {
  REACH,
  exists,
  held,
  isBelow,
  may,
  type Forest,
  type Request,
  type ScopeName,
} from './model.ts';

/**
 * What becomes of one question: `data`, the code of the error (`FORBIDDEN` with the scopes that it names), the code of
 * an expected failure that only somebody with the right is told, or the name of a payload.
 */
export type Verdict = string;

/** The verdict over a caller who lacks a scope. */
export const forbidden = (...scopes: readonly string[]): Verdict =>
  `FORBIDDEN: ${scopes.join(', ')}`;

/** Ids of what belongs to the target. */
export interface Target {
  slug: string;
  id: string;
  /** An organization that it could be moved to without a change: its parent, or itself at the top. */
  parentId: string;
  /** Rows of each node type. */
  nodes: Readonly<Record<NodeType, string>>;
  /** Address of a member without scopes. */
  memberEmail: string;
  /** A second member without scopes, who is removed and comes back. */
  leaver: string;
  /** An invitation that is closed, a key that is revoked. */
  closedInvitation: string;
  revokedKey: string;
  /** Address of the contact in `nodes`, and a second contact, which is deleted and comes back. */
  contactEmail: string;
  spareContact: string;
}

/** Who asks: a request in an organization, a person in none, or nobody. */
export interface Asker {
  request: Request | null;
  person: boolean;
  anonymous?: boolean;
}

/** What mutations need besides the target. */
export interface MutationFixture {
  /** An organization below the acting organization and below no target, which can be moved to any of them. */
  probe: string;
  probeId: string;
  /** A revoked token of the calling person; null for a caller that is none. */
  ownToken: string | null;
  /** Makes an event's id unique. */
  unique(): string;
}

/** One target with its caller, and what the model says about it. */
export interface Cell extends Ruling {
  target: Target;
  /** The organization that inputs name. */
  inTarget: { organizationId: string };
  fixture: MutationFixture;
}

/** What a caller may do to an organization. Each verdict is for somebody who would otherwise be answered `done`. */
export interface Ruling {
  request: Request | null;
  /** Whether the organization exists for the request. */
  there: boolean;
  /** Whether the request acts in it. */
  isActing: boolean;
  isRoot: boolean;
  isDeleted: boolean;
  /** Whether the request manages what is below the organization that it acts in. */
  reaches: boolean;
  /** Whether it is deleted, below the acting organization, and could be restored from there. */
  isRestorable: boolean;
  may(scope: ScopeName): boolean;
  /** Within a request that acts in an organization. */
  acting(verdict: () => Verdict): Verdict;
  /** For those who have the right. */
  by(right: Right, done: Verdict): Verdict;
}

/** What the model says about a caller and an organization. */
export function rulingOn(forest: Forest, asker: Asker, slug: string): Ruling {
  const { request, person, anonymous = false } = asker;
  const there = request !== null && exists(forest, request, slug);
  const isActing = request?.organization === slug;
  const reaches = request !== null && held(request).has(REACH);
  const isDeleted = forest.get(slug)?.deleted ?? false;
  const mayUse = (scope: ScopeName): boolean =>
    request !== null && may(forest, request, scope, slug);
  const acting = (verdict: () => Verdict): Verdict => {
    if (anonymous) return 'UNAUTHENTICATED';
    return request ? verdict() : 'ORGANIZATION_REQUIRED';
  };
  const takes = (scope: ScopeName, done: Verdict): Verdict => {
    if (!there) return 'NOT_FOUND';
    return mayUse(scope) ? done : forbidden(scope);
  };
  const byPerson = (done: Verdict): Verdict => {
    if (anonymous) return 'UNAUTHENTICATED';
    return person ? done : forbidden();
  };
  return {
    request,
    there,
    isActing,
    isRoot: (forest.get(slug)?.parent ?? null) === null,
    isDeleted,
    reaches,
    isRestorable: isDeleted && reaches && isBelow(forest, slug, request.organization),
    may: mayUse,
    acting,
    by(right, done) {
      if (right === 'people') return byPerson(done);
      return acting(() => {
        if (right === 'everybody') return done;
        if (right === 'from above') return isActing ? 'BAD_USER_INPUT' : takes(REACH, done);
        const { scope, seenWith } = right;
        return seenWith && !mayUse(seenWith) ? 'NOT_FOUND' : takes(scope, done);
      });
    },
  };
}
