/** Moving an organization to another place in the tree. */
import { useState } from 'react';
import { texts } from '../texts/en/settings.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/facts.tsx';
import { MoveDialog } from './move-dialog.tsx';
import type { SectionProps } from './organization.ts';

export function MovePanel(props: SectionProps) {
  const { parent } = props.organization;
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title={texts.move.title}>
      <p className="hint">{parent ? texts.move.where(parent.name) : texts.move.unplaced}</p>
      <div className="row">
        <Button onPress={() => setOpen(true)}>{texts.move.action}</Button>
      </div>
      {isOpen && <MoveDialog {...props} onClose={() => setOpen(false)} />}
    </Panel>
  );
}
