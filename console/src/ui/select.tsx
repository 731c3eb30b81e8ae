/** A choice of one from a few. */
import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select';
import { Text } from 'react-aria-components/Text';

export interface SelectOption<Value extends string> {
  value: Value;
  label: string;
  description?: string | undefined;
}

export interface SelectProps<Value extends string> {
  label: string;
  /** Whether the label is only for those who listen. */
  isLabelHidden?: boolean;
  options: readonly SelectOption<Value>[];
  value: Value;
  onChange(value: Value): void;
  isDisabled?: boolean;
}

export function Select<Value extends string>({
  label,
  isLabelHidden = false,
  options,
  value,
  onChange,
  isDisabled = false,
}: SelectProps<Value>) {
  return (
    <AriaSelect
      className="field"
      isDisabled={isDisabled}
      value={value}
      onChange={(key) => {
        const option = options.find((option) => option.value === key);
        if (option) onChange(option.value);
      }}
      {...(isLabelHidden && { 'aria-label': label })}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <Button className="input select-button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox className="list-box">
          {options.map(({ value, label, description }) => (
            <ListBoxItem key={value} id={value} textValue={label} className="list-box-item">
              <Text slot="label">{label}</Text>
              {description !== undefined && (
                <Text slot="description" className="hint">
                  {description}
                </Text>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
