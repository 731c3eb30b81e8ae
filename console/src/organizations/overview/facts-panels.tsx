/** Panels that only show values. Each is left out where the viewer may not read it. */
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/organization.ts';
import { Facts, Panel } from '../../ui/facts.tsx';
import { formatInteger } from '../../ui/format.ts';
import type { PanelProps } from './organization.ts';

export function ResourcesPanel({ organization: { inventory } }: PanelProps) {
  if (!inventory) return null;
  return (
    <Panel title={texts.inventory.title}>
      <Facts
        of={[
          [texts.inventory.agents, formatInteger(inventory.agents)],
          [texts.inventory.phoneNumbers, formatInteger(inventory.phoneNumbers)],
          [texts.inventory.telephonyTrunks, formatInteger(inventory.telephonyTrunks)],
          [texts.inventory.knowledgeBases, formatInteger(inventory.knowledgeBases)],
          [texts.inventory.webWidgets, formatInteger(inventory.webWidgets)],
        ]}
      />
    </Panel>
  );
}

export function BrandingPanel({ organization: { branding } }: PanelProps) {
  const { logoUrl = null, primaryColor = null, secondaryColor = null } = branding ?? {};
  if (logoUrl === null && primaryColor === null && secondaryColor === null)
    return (
      <Panel title={texts.branding.title}>
        <p className="hint">{texts.branding.none}</p>
      </Panel>
    );
  return (
    <Panel title={texts.branding.title}>
      <Facts
        of={[
          // Not shown as an image: the page asks nobody but the gateway.
          [texts.branding.logo, logoUrl ?? common.common.none],
          [texts.branding.primaryColor, <Swatch key="primary" color={primaryColor} />],
          [texts.branding.secondaryColor, <Swatch key="secondary" color={secondaryColor} />],
        ]}
      />
    </Panel>
  );
}

function Swatch({ color }: { color: string | null }) {
  if (color === null) return common.common.none;
  return (
    <span className="swatch">
      <span style={{ backgroundColor: color }} />
      {color}
    </span>
  );
}
