/** What a row of the tree shows. */
import { Button } from 'react-aria-components/Button';
import type { Viewer } from '../../app/viewer.ts';
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/tree.ts';
import { formatCompact, formatInteger } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { Pill } from '../../ui/pill.tsx';
import { domainTones, statusTones } from '../tones.ts';
import type { Row } from './row.ts';

export interface TreeRowProps {
  row: Row;
  level: number;
  /** Whether it is what the address points to. */
  isCurrent: boolean;
  metric: Viewer['sparkline'];
  onCreate(parent: string): void;
}

export function TreeRow({ row, level, isCurrent, metric, onCreate }: TreeRowProps) {
  const { slug, name, kind, status, childCount } = row;
  const members = row.members?.totalCount;
  return (
    <div className="tree-row" data-current={isCurrent || undefined}>
      <span className="tree-name" style={{ paddingInlineStart: `${(level - 1) * 1.25}rem` }}>
        <Button
          slot="chevron"
          className="chevron"
          {...((childCount ?? 0) === 0 && { style: { visibility: 'hidden' } })}
        >
          <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
            <path d="M6 3.5l5 4.5-5 4.5" fill="none" stroke="currentColor" strokeWidth="1.6" />
          </svg>
        </Button>
        <span className="tree-title">
          <Name of={name} />
        </span>
        {(childCount ?? 0) > 0 && (
          <span className="hint" aria-label={texts.childrenOf(formatInteger(childCount ?? 0))}>
            {formatInteger(childCount ?? 0)}
          </span>
        )}
        <SetupState row={row} />
      </span>
      <span className="tree-kind">{common.kinds[kind]}</span>
      <span className="tree-status">
        <Pill tone={statusTones[status]}>{common.statuses[status]}</Pill>
      </span>
      <span className="tree-domain" title={row.domain ?? undefined}>
        {row.domain !== null && (
          <Pill tone={domainTones[row.domainSetupStatus]}>
            {common.domainStates[row.domainSetupStatus]}
          </Pill>
        )}
      </span>
      <span className="tree-members">
        {members !== undefined && (
          <span aria-label={texts.membersOf(formatInteger(members))}>{formatInteger(members)}</span>
        )}
      </span>
      <Usage row={row} metric={metric} />
      <Button
        className="button quiet icon tree-add"
        aria-label={texts.createBelow(name)}
        onPress={() => onCreate(slug)}
      >
        +
      </Button>
    </div>
  );
}

function SetupState({ row: { provisioning } }: { row: Row }) {
  if (!provisioning || provisioning.status === 'READY') return null;
  const isFailed = provisioning.status === 'FAILED';
  return (
    <Pill tone={isFailed ? 'danger' : 'info'}>
      {isFailed ? texts.setupFailed : texts.settingUp}
    </Pill>
  );
}

function Usage({ row: { usage }, metric }: { row: Row; metric: Viewer['sparkline'] }) {
  const values = (usage?.buckets ?? []).map(({ metrics }) => Number(metrics[0]?.value ?? 0));
  if (!metric || values.length === 0) return <span className="tree-usage" />;
  const total = formatCompact(values.reduce((sum, value) => sum + value, 0));
  return (
    <span className="tree-usage">
      <Sparkline values={values} label={texts.usageOf(total, metric.name)} height={20} />
      <span className="tree-usage-total" aria-hidden="true">
        {total}
      </span>
    </span>
  );
}
