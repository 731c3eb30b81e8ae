/** Contacts of an organization: people to talk to, who need not be its members. */
import { emailColumn, pagesOf, type GivenArguments } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionType, pageArguments } from '../../graphql/connection.ts';
import { requires, visibleTo } from '../../graphql/guards.ts';
import { nodesBy } from '../../graphql/node.ts';
import { shownEmail } from '../../values/email.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { CONTACTS_MAX } from './commands.ts';
import { contactById, contacts, type ContactKind, type ContactRow } from './queries.ts';

export const ContactRef = builder.objectRef<ContactRow>('Contact');
nodesBy('Contact', contactById);

export const ContactKindRef = builder.enumType('ContactKind', {
  description: 'What a contact is for. More kinds may be added.',
  values: {
    GENERAL: { description: 'Anything else.' },
    BILLING: { description: 'Invoices and contracts.' },
    TECHNICAL: { description: 'Integration and incidents.' },
  } satisfies Record<ContactKind, object>,
});

builder.node(ContactRef, {
  description: 'A person to talk to about an organization, who need not be a user or a member.',
  ...visibleTo({ scope: 'organizations:manage' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    kind: t.expose('kind', { type: ContactKindRef, description: 'What the contact is for.' }),
    name: t.exposeString('name', { description: 'Name of the person or the team.' }),
    email: t.field({
      type: 'EmailAddress',
      description: 'Where to write to.',
      resolve: ({ email }) => shownEmail(email),
      extensions: emailColumn('email'),
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updated_at', {
      type: 'DateTime',
      description: 'When it was last changed.',
    }),
  }),
});

const ContactConnectionRef = connectionType<ContactRow>({
  name: 'Contact',
  node: ContactRef,
  plural: 'contacts',
});

builder.objectField(OrganizationRef, 'contacts', (t) =>
  t.field({
    type: ContactConnectionRef,
    nullable: true,
    description: `People to talk to about the organization, by name, at most ${CONTACTS_MAX}. Requires the \`organizations:manage\` scope.`,
    args: {
      kind: t.arg({ type: ContactKindRef, description: 'Only contacts of this kind.' }),
      ...pageArguments(t.arg),
    },
    authScopes: requires('organizations:manage'),
    ...pagesOf(contacts, ({ kind }: GivenArguments<{ kind: ContactKind }>) => ({
      kind: kind ?? null,
    })),
  }),
);
