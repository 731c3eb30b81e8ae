/** The organizations below the one that is acted in. */
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { organizationPath } from '../../app/paths.ts';
import { useViewer } from '../../app/viewer.ts';
import { TreeDocument } from '../../generated/organizations/tree/graphql.ts';
import { Answer } from '../../ui/answer.tsx';
import { Name } from '../../ui/name.tsx';

export default function TreeView() {
  const { acting } = useViewer();
  const answer = useQuery({ query: TreeDocument });
  return (
    <Answer of={answer} select={({ organization }) => organization?.children}>
      {({ nodes }) => (
        <ul>
          {nodes.map(({ id, slug, name }) => (
            <li key={id}>
              <Link href={organizationPath(acting, slug)}>
                <Name of={name} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Answer>
  );
}
