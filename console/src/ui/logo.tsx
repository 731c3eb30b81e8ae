/** The product's mark and name. */
import icon from '../icon.svg';
import { texts } from '../texts/en.ts';

export function Logo() {
  return (
    <span className="logo">
      <img src={icon} alt="" width="24" height="24" />
      {texts.product}
    </span>
  );
}
