/** What an organization is. */
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/organization.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { Facts, Panel } from '../../ui/facts.tsx';
import { formatDateTime, formatInteger } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import type { PanelProps } from './organization.ts';

export function DetailsPanel({ organization }: PanelProps) {
  const { primaryAddress: address, externalReference, descendantCount, partnership } = organization;
  return (
    <Panel title={texts.details}>
      <Facts
        of={[
          [texts.slug, <Copyable key="slug" text={organization.slug} label={texts.slug} />],
          [texts.id, <Copyable key="id" text={organization.id} label={texts.id} />],
          [texts.kind, common.kinds[organization.kind]],
          [
            texts.below,
            descendantCount === null ? common.common.none : formatInteger(descendantCount),
          ],
          ...(partnership?.partner
            ? [
                [
                  texts.partner,
                  <span key="partner">
                    <Name of={partnership.partner.name} />
                    {`, ${texts.since(formatDateTime(partnership.since))}`}
                  </span>,
                ] as const,
              ]
            : []),
          [texts.created, formatDateTime(organization.createdAt)],
          [texts.changed, formatDateTime(organization.updatedAt)],
          [texts.reference, <Name key="reference" of={externalReference ?? common.common.none} />],
          [
            texts.address,
            address ? (
              <address key="address">
                {[
                  address.line1,
                  address.line2,
                  `${address.zip} ${address.city}`,
                  address.state,
                  address.country,
                ]
                  .filter((line) => line !== null && line.trim() !== '')
                  .map((line) => (
                    <div key={line}>{line}</div>
                  ))}
              </address>
            ) : (
              common.common.none
            ),
          ],
        ]}
      />
    </Panel>
  );
}
