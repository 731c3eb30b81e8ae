/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Where the caller's access to an organization comes from. */
export type AccessKind =
  /** From both. */
  | 'BOTH'
  /** From acting in an organization above it. */
  | 'DELEGATED'
  /** From belonging to it. */
  | 'NATIVE';

/** Kinds of credential. */
export type CredentialKind =
  /** A key of an organization (ak_…). */
  | 'API_KEY'
  /** A token of a person (pat_…). */
  | 'PERSONAL_ACCESS_TOKEN'
  /** A person signed in through the identity provider. */
  | 'SESSION';

/** State of sending a mail. */
export type DeliveryStatus =
  /** Given up. */
  | 'FAILED'
  /** Waits to be sent. */
  | 'QUEUED'
  /** Taken by the mail server. */
  | 'SENT';

/** How far the setup of an organization's own domain is. */
export type DomainSetupStatus =
  /** The proof was not found in time. */
  | 'FAILED'
  /** No domain is set. */
  | 'NOT_CONFIGURED'
  /** Waiting for the DNS record that proves ownership. */
  | 'PENDING'
  /** Ownership is proven. */
  | 'VERIFIED';

/** What became of an invitation. */
export type InvitationStatus =
  /** Accepted; the membership exists. */
  | 'ACCEPTED'
  /** Declined by the person. */
  | 'DECLINED'
  /** Not answered in time. */
  | 'EXPIRED'
  /** Waits for an answer. */
  | 'PENDING'
  /** Taken back. */
  | 'REVOKED';

/** What an organization is to the one above it. More kinds may come. */
export type OrganizationKind =
  /** Refers customers. */
  | 'AFFILIATE'
  /** Runs a whole tree of clients. */
  | 'AGENCY'
  /** Sells through a marketplace or another channel. */
  | 'CHANNEL_PARTNER'
  /** Uses the product itself. */
  | 'CUSTOMER'
  /** Sells to its own customers. */
  | 'RESELLER';

/** Orders of child organizations. Names compare without regard to case. */
export type OrganizationOrder =
  /** Oldest first. */
  | 'CREATED_AT_ASC'
  /** Newest first. */
  | 'CREATED_AT_DESC'
  /** By name, a to z. */
  | 'NAME_ASC'
  /** By name, z to a. */
  | 'NAME_DESC'
  /** By slug, a to z. */
  | 'SLUG_ASC'
  /** By slug, z to a. */
  | 'SLUG_DESC';

/** Whether an organization is in use. */
export type OrganizationStatus =
  /** In use. */
  | 'ACTIVE'
  /** Deleted and still restorable. */
  | 'DELETED'
  /** Its own credentials, and those of everything below it, are refused; those above still read it. */
  | 'SUSPENDED';

/** Fields that a search looks in. */
export type SearchField =
  /** The domain. */
  | 'DOMAIN'
  /** The id as printed. */
  | 'ID'
  /** The name. */
  | 'NAME'
  /** The slug. */
  | 'SLUG';

/** Lengths of the parts of a window, in UTC. */
export type UsageBucketSize =
  /** Days from midnight. */
  | 'DAY'
  /** Whole hours. */
  | 'HOUR'
  /** Calendar months. */
  | 'MONTH'
  /** Weeks from Monday. */
  | 'WEEK';

/** What a usage summary covers. */
export type UsageScope =
  /** This organization and every descendant. */
  | 'ALL'
  /** This organization alone. */
  | 'SINGLE';

export type OrganizationFactsFragment = { id: string, slug: string, name: string, kind: OrganizationKind, status: OrganizationStatus, domain: string | null, domainSetupStatus: DomainSetupStatus, parentId: string | null, depth: number };

export type OrganizationQueryVariables = Exact<{
  id?: string | null | undefined;
  slug?: string | null | undefined;
}>;


export type OrganizationQuery = { organization: { hasChildren: boolean, childCount: number, descendantCount: number, id: string, slug: string, name: string, kind: OrganizationKind, status: OrganizationStatus, domain: string | null, domainSetupStatus: DomainSetupStatus, parentId: string | null, depth: number, parent: { slug: string } | null, ancestors: Array<{ slug: string }>, viewerAccess: { kind: AccessKind, canSignIn: boolean, scopes: Array<string> } } | null };

export type ChildrenQueryVariables = Exact<{
  id?: string | null | undefined;
  orderBy?: OrganizationOrder | null | undefined;
  kind?: OrganizationKind | null | undefined;
  includeDeleted?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ChildrenQuery = { organization: { children: { totalCount: number, nodes: Array<{ slug: string }>, edges: Array<{ cursor: string, node: { slug: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } | null };

export type DescendantsQueryVariables = Exact<{
  id?: string | null | undefined;
  search?: string | null | undefined;
  maxDepth?: number | null | undefined;
  includeDeleted?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type DescendantsQuery = { organization: { descendants: { totalCount: number, edges: Array<{ cursor: string, depth: number, path: string, matchedOn: Array<SearchField>, node: { id: string, slug: string, name: string, kind: OrganizationKind, status: OrganizationStatus, domain: string | null, domainSetupStatus: DomainSetupStatus, parentId: string | null, depth: number } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } } | null };

export type MembersQueryVariables = Exact<{
  id?: string | null | undefined;
  search?: string | null | undefined;
  roles?: Array<string> | string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type MembersQuery = { organization: { members: { totalCount: number, nodes: Array<{ scopes: Array<string>, user: { email: string, name: string | null }, roles: Array<{ key: string }>, organization: { slug: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null } | null };

export type PeopleQueryVariables = Exact<{
  id?: string | null | undefined;
  search?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type PeopleQuery = { organization: { people: { totalCount: number, nodes: Array<{ user: { email: string }, memberships: Array<{ organization: { slug: string }, roles: Array<{ key: string }> }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null } | null };

export type InvitationsQueryVariables = Exact<{
  id?: string | null | undefined;
  status?: Array<InvitationStatus> | InvitationStatus | null | undefined;
}>;


export type InvitationsQuery = { organization: { invitations: { totalCount: number, nodes: Array<{ id: string, email: string, status: InvitationStatus, expiresAt: string, roles: Array<{ key: string }>, invitedBy: { kind: CredentialKind, apiKeyName: string | null, user: { email: string } | null, organization: { slug: string } | null }, delivery: { status: DeliveryStatus, attempts: number, lastError: string | null, sentAt: string | null } }> } | null } | null };

export type OwnMembershipsQueryVariables = Exact<{ [key: string]: never; }>;


export type OwnMembershipsQuery = { viewer: { memberships: { totalCount: number, nodes: Array<{ scopes: Array<string>, organization: { id: string, slug: string, name: string }, roles: Array<{ key: string }> }> }, invitations: { totalCount: number, nodes: Array<{ email: string, organization: { slug: string, name: string }, roles: Array<{ key: string }> }> } } };

export type UsageQueryVariables = Exact<{
  id?: string | null | undefined;
  from: string;
  to: string;
  scope: UsageScope;
  keys?: Array<string> | string | null | undefined;
}>;


export type UsageQuery = { organization: { usage: { from: string, to: string, scope: UsageScope, organizationCount: number, asOf: string, metrics: Array<{ value: string, metric: { key: string } }> } | null } | null };

export type UsageBucketsQueryVariables = Exact<{
  id?: string | null | undefined;
  from: string;
  to: string;
  scope: UsageScope;
  size: UsageBucketSize;
  keys?: Array<string> | string | null | undefined;
}>;


export type UsageBucketsQuery = { organization: { usage: { buckets: Array<{ from: string, to: string, metrics: Array<{ value: string, metric: { key: string } }> }> } | null } | null };

export type UsageByChildQueryVariables = Exact<{
  id?: string | null | undefined;
  from: string;
  to: string;
  scope: UsageScope;
  metric: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UsageByChildQuery = { organization: { usage: { byChild: { edges: Array<{ cursor: string, own: string, subtree: string, share: number, node: { slug: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { scopes: Array<string>, credential: { kind: CredentialKind, id: string | null, name: string | null, expiresAt: string | null }, user: { id: string, email: string, name: string | null } | null, organization: { id: string, slug: string } | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const OrganizationFactsFragmentDoc = new TypedDocumentString(`
    fragment OrganizationFacts on Organization {
  id
  slug
  name
  kind
  status
  domain
  domainSetupStatus
  parentId
  depth
}
    `, {"fragmentName":"OrganizationFacts"}) as unknown as TypedDocumentString<OrganizationFactsFragment, unknown>;
export const OrganizationDocument = new TypedDocumentString(`
    query Organization($id: ID, $slug: String) {
  organization(id: $id, slug: $slug) {
    ...OrganizationFacts
    parent {
      slug
    }
    ancestors {
      slug
    }
    hasChildren
    childCount
    descendantCount
    viewerAccess {
      kind
      canSignIn
      scopes
    }
  }
}
    fragment OrganizationFacts on Organization {
  id
  slug
  name
  kind
  status
  domain
  domainSetupStatus
  parentId
  depth
}`) as unknown as TypedDocumentString<OrganizationQuery, OrganizationQueryVariables>;
export const ChildrenDocument = new TypedDocumentString(`
    query Children($id: ID, $orderBy: OrganizationOrder, $kind: OrganizationKind, $includeDeleted: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    children(
      orderBy: $orderBy
      kind: $kind
      includeDeleted: $includeDeleted
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      nodes {
        slug
      }
      edges {
        cursor
        node {
          slug
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ChildrenQuery, ChildrenQueryVariables>;
export const DescendantsDocument = new TypedDocumentString(`
    query Descendants($id: ID, $search: String, $maxDepth: Int, $includeDeleted: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    descendants(
      search: $search
      maxDepth: $maxDepth
      includeDeleted: $includeDeleted
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      edges {
        cursor
        depth
        path
        matchedOn
        node {
          ...OrganizationFacts
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    fragment OrganizationFacts on Organization {
  id
  slug
  name
  kind
  status
  domain
  domainSetupStatus
  parentId
  depth
}`) as unknown as TypedDocumentString<DescendantsQuery, DescendantsQueryVariables>;
export const MembersDocument = new TypedDocumentString(`
    query Members($id: ID, $search: String, $roles: [String!], $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    members(
      search: $search
      roles: $roles
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      nodes {
        user {
          email
          name
        }
        roles {
          key
        }
        scopes
        organization {
          slug
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MembersQuery, MembersQueryVariables>;
export const PeopleDocument = new TypedDocumentString(`
    query People($id: ID, $search: String, $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    people(
      search: $search
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      nodes {
        user {
          email
        }
        memberships {
          organization {
            slug
          }
          roles {
            key
          }
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PeopleQuery, PeopleQueryVariables>;
export const InvitationsDocument = new TypedDocumentString(`
    query Invitations($id: ID, $status: [InvitationStatus!]) {
  organization(id: $id) {
    invitations(status: $status) {
      totalCount
      nodes {
        id
        email
        status
        expiresAt
        roles {
          key
        }
        invitedBy {
          kind
          user {
            email
          }
          apiKeyName
          organization {
            slug
          }
        }
        delivery {
          status
          attempts
          lastError
          sentAt
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<InvitationsQuery, InvitationsQueryVariables>;
export const OwnMembershipsDocument = new TypedDocumentString(`
    query OwnMemberships {
  viewer {
    memberships {
      totalCount
      nodes {
        organization {
          id
          slug
          name
        }
        roles {
          key
        }
        scopes
      }
    }
    invitations {
      totalCount
      nodes {
        email
        organization {
          slug
          name
        }
        roles {
          key
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OwnMembershipsQuery, OwnMembershipsQueryVariables>;
export const UsageDocument = new TypedDocumentString(`
    query Usage($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $keys: [String!]) {
  organization(id: $id) {
    usage(from: $from, to: $to, scope: $scope) {
      from
      to
      scope
      organizationCount
      asOf
      metrics(keys: $keys) {
        metric {
          key
        }
        value
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsageQuery, UsageQueryVariables>;
export const UsageBucketsDocument = new TypedDocumentString(`
    query UsageBuckets($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $size: UsageBucketSize!, $keys: [String!]) {
  organization(id: $id) {
    usage(from: $from, to: $to, scope: $scope) {
      buckets(size: $size, keys: $keys) {
        from
        to
        metrics {
          metric {
            key
          }
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsageBucketsQuery, UsageBucketsQueryVariables>;
export const UsageByChildDocument = new TypedDocumentString(`
    query UsageByChild($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $metric: String!, $first: Int, $after: String) {
  organization(id: $id) {
    usage(from: $from, to: $to, scope: $scope) {
      byChild(metric: $metric, first: $first, after: $after) {
        edges {
          cursor
          node {
            slug
          }
          own
          subtree
          share
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsageByChildQuery, UsageByChildQueryVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    credential {
      kind
      id
      name
      expiresAt
    }
    user {
      id
      email
      name
    }
    organization {
      id
      slug
    }
    scopes
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;