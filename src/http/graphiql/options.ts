/** The options of the GraphiQL page: tabs with example queries that work in the demo. */
import type { GraphiQLOptions } from 'graphql-yoga';

const DAY_MS = 86_400_000;

function examples(now: Date, organizationId: string | undefined): string[] {
  const today = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS);
  const from = new Date(today.getTime() - 30 * DAY_MS);
  return [
    `# Who am I, and what may I do? Ctrl-Enter runs the query; the other tabs go on from here.
# The Headers pane below holds the credential. With a personal token, add "X-Organization": "<slug>".
query WhoAmI {
  viewer {
    credential { kind name expiresAt }
    organization { id slug name }
    scopes
  }
}
`,
    `# The tree below: two levels, with counts.
query Tree {
  organization {
    name
    descendantCount
    children(orderBy: NAME_ASC) {
      nodes {
        slug
        name
        kind
        childCount
        children(first: 5) { nodes { slug name hasChildren } }
      }
    }
  }
}
`,
    `# Find an organization anywhere below, with its breadcrumb.
query Search {
  organization {
    descendants(search: "dental", first: 10) {
      totalCount
      edges { depth path matchedOn node { id slug name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`,
    `# People: members and open invitations of a child, without being a member there.
query People {
  organization(slug: "harbor-telecom") {
    name
    members { nodes { user { name email } roles { key } } }
    invitations(status: [PENDING, EXPIRED]) { nodes { email status expiresAt roles { key } } }
  }
}
`,
    `# Invite somebody to your organization, or to one below it by id. Without SMTP_URL the mail is a file in .data/mail; the token in it is for
# acceptInvitation.
mutation Invite {
  createInvitation(input: {
    organizationId: "${organizationId ?? 'org_…'}"
    email: "ada@mail.example"
    roles: ["viewer"]
  }) {
    ... on CreateInvitationPayload { invitation { id status expiresAt delivery { status } } ignoredRoles }
    ... on UserError { code message }
  }
}
`,
    `# Register a customer and invite their first member. Query it again after a moment: its provisioning is complete.
mutation Register {
  createOrganization(input: {
    parentId: "${organizationId ?? 'org_…'}"
    name: "Bright Smile Dental"
    slug: "bright-smile"
    primaryAddress: { line1: "12 Pine Street", city: "Austin", state: "TX", zip: "73301", country: "US" }
    users: [{ email: "pat@bright-smile.example", roles: ["admin"] }]
  }) {
    ... on CreateOrganizationPayload {
      organization { id slug depth provisioning { status steps { name status } } }
      invitations { email roles { key } }
    }
    ... on UserError { code message }
  }
}
`,
    `# Recent changes here and below, and refused attempts.
query AuditLog {
  organization {
    auditLog(includeDescendants: true, first: 5) {
      nodes { at action organization { slug } actor { kind apiKeyName user { email } } after refusal }
    }
  }
}
`,
    `# Usage of the whole subtree over the last 30 days, by day and by child.
query Usage {
  organization {
    usage(from: "${from.toISOString()}", to: "${today.toISOString()}") {
      organizationCount
      metrics { metric { name unit } value }
      buckets(size: DAY, keys: ["voice_minutes"]) { from metrics { value } }
      byChild(metric: "voice_minutes", first: 5) { edges { node { name } own subtree share } }
    }
  }
}
`,
  ];
}

/**
 * Returns the options of the GraphiQL page. The examples ask for the days before `now`. If `token`
 * is given, it is filled in as the credential of every tab; `organizationId` is the organization
 * that a tab invites to. The browser does not store headers, so the page always shows the
 * credential of the server that it comes from.
 */
export function graphiqlOptions(
  now: Date,
  token: string | undefined,
  organizationId?: string,
): GraphiQLOptions {
  const headers = JSON.stringify({ Authorization: `Bearer ${token ?? '<API key>'}` }, null, 2);
  return {
    title: 'Banyan',
    defaultTabs: examples(now, organizationId).map((query) => ({ query, headers })),
    headers,
    defaultHeaders: headers,
    shouldPersistHeaders: false,
  };
}
