/** The head of an organization's page. */
import { Link } from 'wouter';
import { organizationPath, treePath } from '../../app/paths.ts';
import { useViewer } from '../../app/viewer.ts';
import type { OrganizationPageQuery } from '../../generated/organizations/page/graphql.ts';
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/organization.ts';
import { Name } from '../../ui/name.tsx';
import { Pill } from '../../ui/pill.tsx';
import { statusTones } from '../tones.ts';

type Organization = NonNullable<OrganizationPageQuery['organization']>;

export function OrganizationHeader({ organization }: { organization: Organization }) {
  const { acting } = useViewer();
  return (
    <header className="page-header">
      <nav aria-label={texts.breadcrumb} className="breadcrumb">
        <Link href={treePath(acting)}>{common.frame.organizations}</Link>
        {organization.ancestors?.map(({ id, slug, name }) => (
          <Link key={id} href={organizationPath(acting, slug)}>
            <Name of={name} />
          </Link>
        ))}
      </nav>
      <div className="row">
        <h1>
          <Name of={organization.name} />
        </h1>
        <Pill>{common.kinds[organization.kind]}</Pill>
        <Pill tone={statusTones[organization.status]}>{common.statuses[organization.status]}</Pill>
      </div>
    </header>
  );
}
