/** Links to the organization's offers: one for each marketplace. */
import type { FieldErrors } from '../../graphql/field-errors.ts';
import { texts } from '../../texts/en/profile.ts';
import { TextField } from '../../ui/text-field.tsx';
import { MARKETPLACES, offered, type MarketplaceName, type OffersDraft } from './draft.ts';

export interface OfferFieldsProps {
  value: OffersDraft;
  onChange(marketplace: MarketplaceName, url: string): void;
  errors: FieldErrors;
}

export function OfferFields({ value, onChange, errors }: OfferFieldsProps) {
  const sent = offered(value);
  return (
    <div className="stack-tight">
      {MARKETPLACES.map((marketplace) => (
        <TextField
          key={marketplace}
          inputMode="url"
          label={texts.marketplaces[marketplace]}
          placeholder="https://"
          value={value[marketplace]}
          onChange={(url) => {
            errors.forget('marketplaceOffers');
            onChange(marketplace, url);
          }}
          errorMessage={errors.of(`marketplaceOffers.${sent.indexOf(marketplace)}.url`)}
          maxLength={2_000}
        />
      ))}
    </div>
  );
}
