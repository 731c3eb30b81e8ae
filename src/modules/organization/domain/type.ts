/** The proof that an organization's domain is its own. */
import { requires } from '../../../graphql/guards.ts';
import { builder } from '../../../graphql/builder.ts';
import { OrganizationRef } from '../refs.ts';
import { recordName, recordValue } from './challenge.ts';
import { domainVerification, type DomainVerificationRow } from './queries.ts';

const DomainVerificationRef = builder.objectRef<DomainVerificationRow>('DomainVerification').implement({
  description: "The DNS record that proves that the domain is the organization's own, and how the last look at it went.",
  fields: (t) => ({
    recordType: t.string({ description: 'Type of the record: TXT.', resolve: () => 'TXT' }),
    recordName: t.string({
      description: 'Where to set it, e.g. _banyan-challenge.portal.example.com.',
      resolve: ({ domain }) => recordName(domain),
    }),
    recordValue: t.string({
      description: 'What it has to say. Other TXT records may stand beside it.',
      resolve: ({ token }) => recordValue(token),
    }),
    requestedAt: t.expose('requested_at', { type: 'DateTime', description: 'When the domain was set.' }),
    checkedAt: t.expose('checked_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last looked for; null before the first time.',
    }),
    verifiedAt: t.expose('verified_at', { type: 'DateTime', nullable: true, description: 'When it was first found.' }),
    problem: t.exposeString('problem', { nullable: true, description: 'Why the last look did not find it; null when it did.' }),
  }),
});

builder.objectField(OrganizationRef, 'domainVerification', (t) =>
  t.field({
    type: DomainVerificationRef,
    nullable: true,
    description: 'How to prove that the domain is its own; null without a domain. Takes `organizations:manage`.',
    authScopes: requires('organizations:manage'),
    resolve: ({ id }, _args, { loaders }) => loaders.load(domainVerification, null, id),
  }),
);
