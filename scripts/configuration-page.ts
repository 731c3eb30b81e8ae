/** Writes docs/reference/configuration.md from the settings in src/config/settings.ts; run after changing one (`npm run docs:configuration`). */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import { z } from 'zod';
import { fileSettingOf } from '../src/config/secret-files.ts';
import { sections, settings } from '../src/config/settings.ts';

const root = path.join(import.meta.dirname, '..');

/** Where the page is. */
export const PAGE = path.join(root, 'docs', 'reference', 'configuration.md');

/** What the JSON Schema of a setting says, with our own notes. */
const property = z.object({
  description: z.string(),
  form: z.string().optional(),
  unset: z.string().optional(),
  secret: z.boolean().optional(),
  default: z.union([z.string(), z.number()]).optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
type Property = z.infer<typeof property>;

const INTRODUCTION = `<!-- Made from src/config/settings.ts by \`npm run docs:configuration\`. Change it there. -->

# Configuration

Settings come from the environment and are read once, at the start. A variable that is empty counts as not set. A wrong
value stops the start with one sentence that names the setting and what it may be; values that may hold a password are in
no message. A setting that may hold a secret can also be read from a file, as platforms mount them: \`DATABASE_URL_FILE\`
names the file of \`DATABASE_URL\`. Line breaks at its end are dropped, it has at most 64 KiB, and only one of the two may be
set. A name that looks like a setting and is none, such as \`PROT\`, is named in a warning in the log.
`;

const number = (value: number): string => value.toLocaleString('en');
const code = (text: string | number): string => `\`${text}\``;

function valuesOf({ form, enum: words, minimum, maximum }: Property): string {
  if (form !== undefined) return form;
  if (words) return words.map(code).join(', ');
  if (minimum !== undefined && maximum !== undefined)
    return `${number(minimum)} to ${number(maximum)}`;
  return 'text';
}

function defaultOf({ unset, default: standard }: Property): string {
  if (unset !== undefined) return unset;
  return standard === undefined || standard === '' ? 'none' : code(standard);
}

function meaningOf(name: string, { description, secret = false }: Property): string {
  return secret ? `${description} Or in a file: ${code(fileSettingOf(name))}.` : description;
}

/** The page, as it should be. */
export async function configurationPage(): Promise<string> {
  const { properties = {} } = z.toJSONSchema(settings, { io: 'input' });
  const parts = Object.entries(sections).map(([title, shape]) => {
    const rows = Object.keys(shape).map((name) => {
      const described = property.parse(properties[name]);
      const cells = [
        code(name),
        valuesOf(described),
        defaultOf(described),
        meaningOf(name, described),
      ];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
    return `## ${title}\n\n| setting | values | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return format([INTRODUCTION, ...parts].join('\n'), { parser: 'markdown' });
}

if (import.meta.main) {
  await mkdir(path.dirname(PAGE), { recursive: true });
  await writeFile(PAGE, await configurationPage());
}
