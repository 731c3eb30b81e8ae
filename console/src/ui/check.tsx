/** A choice between yes and no. */
import { Checkbox } from 'react-aria-components/Checkbox';
import './styles/access.css';

export interface CheckProps {
  label: string;
  description?: string;
  isSelected: boolean;
  onChange(isSelected: boolean): void;
}

export function Check({ label, description, isSelected, onChange }: CheckProps) {
  return (
    <Checkbox className="check" isSelected={isSelected} onChange={onChange}>
      <span className="check-box" aria-hidden="true" />
      <span>
        {label}
        {description !== undefined && <span className="hint">{description}</span>}
      </span>
    </Checkbox>
  );
}
