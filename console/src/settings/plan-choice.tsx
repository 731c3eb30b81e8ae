/** The plans of the catalog, each beside the current one. */
import { Label } from 'react-aria-components/Label';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import { texts } from '../texts/en/plan.ts';
import { formatInteger } from '../ui/format.ts';
import { Name } from '../ui/name.tsx';
import { Pill } from '../ui/pill.tsx';
import '../ui/styles/plan.css';
import type { ComparedPlan } from './plan.ts';

const difference = new Intl.NumberFormat(navigator.language, { signDisplay: 'always' });

export interface PlanChoiceProps {
  plans: readonly ComparedPlan[];
  /** Calls at the same time, now. */
  inUse: number;
  value: string;
  onChange(key: string): void;
}

export function PlanChoice({ plans, inUse, value, onChange }: PlanChoiceProps) {
  return (
    <RadioGroup className="field plan-choice" value={value} onChange={onChange}>
      <Label>{texts.choose}</Label>
      {plans.map((plan) => (
        <Radio key={plan.key} value={plan.key} className="plan">
          <span className="plan-mark" aria-hidden="true" />
          <span>
            <span className="plan-name">
              <Name of={plan.name} />
              {plan.isCurrent && <Pill>{texts.isCurrent}</Pill>}
            </span>
            {plan.description !== null && (
              <span className="hint">
                <Name of={plan.description} />
              </span>
            )}
            {plan.isTooSmall && !plan.isCurrent && (
              <span className="hint">{texts.tooSmall(formatInteger(inUse))}</span>
            )}
          </span>
          <span className="plan-limit">
            {texts.calls(formatInteger(plan.maxConcurrentCalls), plan.maxConcurrentCalls === 1)}
            {!plan.isCurrent && plan.difference !== 0 && (
              <span className="hint">{difference.format(plan.difference)}</span>
            )}
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
