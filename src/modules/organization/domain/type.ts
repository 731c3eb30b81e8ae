/** The proof that an organization's domain is its own. */
import { requires } from '../../../graphql/guards.ts';
import { constant, inSql, related } from '../../../compiler/forms.ts';
import { builder } from '../../../graphql/builder.ts';
import { OrganizationRef } from '../refs.ts';
import { RECORD_TYPE, recordName, recordValue } from './challenge.ts';
import {
  domainVerification,
  recordNameOfRow,
  recordValueOfRow,
  type DomainVerificationRow,
} from './queries.ts';

const DomainVerificationRef = builder
  .objectRef<DomainVerificationRow>('DomainVerification')
  .implement({
    description:
      'The DNS record that proves ownership of the domain, and the result of the last check.',
    fields: (t) => ({
      recordType: t.string({
        description: 'Type of the record: TXT.',
        resolve: () => RECORD_TYPE,
        extensions: constant(RECORD_TYPE),
      }),
      recordName: t.string({
        description: 'Where to set it, e.g. _banyan-challenge.portal.example.com.',
        resolve: ({ domain }) => recordName(domain),
        extensions: inSql(() => recordNameOfRow),
      }),
      recordValue: t.string({
        description: 'The value of the record. Other TXT records may exist beside it.',
        resolve: ({ token }) => recordValue(token),
        extensions: inSql(() => recordValueOfRow),
      }),
      requestedAt: t.expose('requested_at', {
        type: 'DateTime',
        description: 'When the domain was set.',
      }),
      checkedAt: t.expose('checked_at', {
        type: 'DateTime',
        nullable: true,
        description: 'When the record was last checked; null before the first check.',
      }),
      verifiedAt: t.expose('verified_at', {
        type: 'DateTime',
        nullable: true,
        description: 'When the record was first found.',
      }),
      problem: t.exposeString('problem', {
        nullable: true,
        description: 'Why the last check failed; null when it succeeded.',
      }),
    }),
  });

builder.objectField(OrganizationRef, 'domainVerification', (t) =>
  t.field({
    type: DomainVerificationRef,
    nullable: true,
    description:
      'How to prove ownership of the domain; null without a domain. Requires the `organizations:manage` scope.',
    authScopes: requires('organizations:manage'),
    resolve: ({ id }, _args, { loaders }) => loaders.load(domainVerification, null, id),
    extensions: related(domainVerification, 'id'),
  }),
);
