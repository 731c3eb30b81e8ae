/** Chooses the organization to act in from those that the person is a member of. */
import { useLocation } from 'wouter';
import { texts } from '../texts/en.ts';
import { Name } from '../ui/name.tsx';
import { Select } from '../ui/select.tsx';
import { treePath } from './paths.ts';
import { useViewer } from './viewer.ts';

export function OrganizationSwitcher() {
  const { acting, organization, memberships } = useViewer();
  const [, navigate] = useLocation();
  const own = (memberships?.nodes ?? []).map((membership) => membership.organization);
  const all =
    organization && own.every(({ id }) => id !== organization.id) ? [organization, ...own] : own;
  if (all.length <= 1)
    return (
      <span className="frame-organization">
        <Name of={organization?.name ?? acting} />
      </span>
    );
  return (
    <div className="frame-organization">
      <Select
        label={texts.frame.switcher}
        isLabelHidden
        value={acting}
        options={all.map(({ slug, name }) => ({ value: slug, label: name, description: slug }))}
        onChange={(slug) => navigate(treePath(slug))}
      />
    </div>
  );
}
