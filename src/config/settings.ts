/** Every setting: its name in the environment, its values, its default and its meaning. */
import { z } from 'zod';
import { budgetVariables } from '../limits/budget-settings.ts';
import { limitSettings } from '../limits/settings.ts';
import { apiSettings, identitySettings, processSettings } from './process-settings.ts';
import { telemetrySettings } from './telemetry-settings.ts';
import { mailSettings, providerSettings, retentionSettings } from './service-settings.ts';

/** Every setting, in the sections of docs/reference/configuration.md, which is made from this. */
export const sections = {
  'Process and database': processSettings,
  API: apiSettings,
  Sessions: identitySettings,
  'Limits of one request': limitSettings,
  'Budgets and concurrency': budgetVariables,
  'Mail and invitations': mailSettings,
  Provisioning: providerSettings,
  'Domains and retention': retentionSettings,
  'Metrics, traces and errors': telemetrySettings,
};

/** What the environment may hold. */
export const settings = z.object({
  ...sections['Process and database'],
  ...sections.API,
  ...sections.Sessions,
  ...sections['Limits of one request'],
  ...sections['Budgets and concurrency'],
  ...sections['Mail and invitations'],
  ...sections.Provisioning,
  ...sections['Domains and retention'],
  ...sections['Metrics, traces and errors'],
});

/** Names of the settings that may hold a secret, and can come from a file as well. */
export const secretSettings: readonly string[] = Object.entries(settings.shape)
  .filter(([, setting]) => setting.meta()?.['secret'] === true)
  .map(([name]) => name);

/** The settings by their names in the environment, checked. */
export type Settings = z.infer<typeof settings>;
