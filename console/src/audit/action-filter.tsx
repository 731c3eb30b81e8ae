/** Which actions are shown. */
import { Button } from 'react-aria-components/Button';
import {
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  type Selection,
} from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { texts } from '../texts/en/audit.ts';
import { ACTION_GROUPS, actionLabel } from './labels.ts';

export interface ActionFilterProps {
  /** Empty for all. */
  chosen: readonly string[];
  onChange(chosen: string[]): void;
}

const groups = Object.entries(ACTION_GROUPS) as [keyof typeof texts.groups, readonly string[]][];

export function ActionFilter({ chosen, onChange }: ActionFilterProps) {
  const { filter } = texts;
  const [first] = chosen;
  const summary =
    first === undefined
      ? filter.all
      : chosen.length === 1
        ? actionLabel(first)
        : filter.some(chosen.length);
  const choose = (group: readonly string[], selection: Selection): void => {
    const others = chosen.filter((action) => !group.includes(action));
    const here = group.filter((action) => selection === 'all' || selection.has(action));
    onChange([...others, ...here]);
  };
  return (
    <div className="field filter">
      <MenuTrigger>
        <Button className="input select-button" aria-label={`${filter.label}: ${summary}`}>
          <span>{summary}</span>
          <span aria-hidden="true">▾</span>
        </Button>
        <Popover className="popover">
          <Menu className="list-box" aria-label={filter.label}>
            <MenuItem className="list-box-item" onAction={() => onChange([])}>
              {filter.clear}
            </MenuItem>
            {groups.map(([group, actions]) => (
              <MenuSection
                key={group}
                className="list-box-section"
                selectionMode="multiple"
                selectedKeys={chosen.filter((action) => actions.includes(action))}
                onSelectionChange={(selection) => choose(actions, selection)}
              >
                <Header>{texts.groups[group]}</Header>
                {actions.map((action) => (
                  <MenuItem key={action} id={action} className="list-box-item">
                    {actionLabel(action)}
                  </MenuItem>
                ))}
              </MenuSection>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
    </div>
  );
}
