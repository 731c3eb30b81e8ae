/** The organizations that the person is a member of. */
import { useState } from 'react';
import { Link } from 'wouter';
import { treePath } from '../app/paths.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/me.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/facts.tsx';
import { MorePages, type MorePagesProps } from '../ui/more-pages.tsx';
import { Name } from '../ui/name.tsx';
import { Pill } from '../ui/pill.tsx';
import { When } from '../ui/when.tsx';
import { LeaveOrganization } from './leave-organization.tsx';
import type { Membership, PartProps } from './mine.ts';

export interface OrganizationsPanelProps extends PartProps {
  /** The memberships that were read. */
  pages: MorePagesProps['of'];
}

export function OrganizationsPanel({ viewer, onChanged, pages }: OrganizationsPanelProps) {
  const [leaving, setLeaving] = useState<Membership>();
  const memberships = viewer.memberships?.nodes ?? [];
  const { organizations: words } = texts;
  return (
    <Panel title={words.title}>
      {memberships.length === 0 && <p className="hint">{words.empty}</p>}
      <ul className="mine">
        {memberships.map((membership) => (
          <MembershipRow key={membership.id} of={membership} onLeave={setLeaving} />
        ))}
      </ul>
      <MorePages of={pages} />
      {leaving && (
        <LeaveOrganization of={leaving} onClose={() => setLeaving(undefined)} onLeft={onChanged} />
      )}
    </Panel>
  );
}

interface MembershipRowProps {
  of: Membership;
  onLeave(membership: Membership): void;
}

function MembershipRow({ of: membership, onLeave }: MembershipRowProps) {
  const { organization, roles, createdAt } = membership;
  const { organizations: words } = texts;
  return (
    <li>
      <span className="mine-text">
        <span className="row">
          <Link href={treePath(organization.slug)} aria-label={words.open(organization.name)}>
            <Name of={organization.name} />
          </Link>
          <Pill>{common.kinds[organization.kind]}</Pill>
          {organization.status !== 'ACTIVE' && (
            <Pill tone="warning">{common.statuses[organization.status]}</Pill>
          )}
        </span>
        <span className="hint">
          <Name of={roles.map(({ name }) => name).join(', ')} /> · {words.since}{' '}
          <When at={createdAt} />
        </span>
      </span>
      <Button
        variant="quiet"
        aria-label={words.leaveWhat(organization.name)}
        onPress={() => onLeave(membership)}
      >
        {words.leave}
      </Button>
    </li>
  );
}
