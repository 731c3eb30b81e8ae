/** The names of the tree's columns. Rows say them themselves to those who listen. */
import { useViewer } from '../../app/viewer.ts';
import { texts } from '../../texts/en/tree.ts';

export function TreeHead() {
  const { sparkline } = useViewer();
  const { columns } = texts;
  return (
    <div className="tree-head tree-row" aria-hidden="true">
      <span className="tree-name">{columns.name}</span>
      <span className="tree-kind">{columns.kind}</span>
      <span className="tree-status">{columns.status}</span>
      <span className="tree-domain">{columns.domain}</span>
      <span className="tree-members">{columns.members}</span>
      <span className="tree-usage">{sparkline && columns.usage(sparkline.name)}</span>
      <span />
    </div>
  );
}
