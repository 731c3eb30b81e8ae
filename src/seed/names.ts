/** Words that made-up organizations and people are named with. */
import type { Random } from './random.ts';

const firstWords = [
  'Alder', 'Amber', 'Aspen', 'Atlas', 'Beacon', 'Birch', 'Bluff', 'Bright', 'Cedar', 'Cobalt', 'Coral', 'Crest', 'Delta', 'Dune',
  'Ember', 'Fern', 'Flint', 'Garnet', 'Harbor', 'Hazel', 'Heron', 'Indigo', 'Iron', 'Juniper', 'Kestrel', 'Larch', 'Linden', 'Lunar',
  'Maple', 'Meadow', 'Mesa', 'North', 'Oak', 'Onyx', 'Opal', 'Orchid', 'Pine', 'Prairie', 'Quartz', 'Raven', 'Ridge', 'River',
  'Sable', 'Sierra', 'Silver', 'Slate', 'Solar', 'Spruce', 'Summit', 'Tidal', 'Timber', 'Topaz', 'Umber', 'Vale', 'Violet', 'Willow',
] as const;

const secondWords = [
  'Team', 'Dental', 'Logistics', 'Health', 'Foods', 'Motors', 'Energy', 'Realty', 'Travel', 'Media', 'Optics', 'Legal', 'Fitness',
  'Insurance', 'Care', 'Labs', 'Systems', 'Works', 'Studios', 'Partners', 'Supply', 'Networks', 'Hotels', 'Freight', 'Clinics',
  'Markets', 'Robotics', 'Bakery', 'Telecom', 'Finance',
] as const;

const givenNames = [
  'Ada', 'Amina', 'Ana', 'Arjun', 'Ben', 'Carla', 'Chen', 'Dario', 'Elena', 'Emeka', 'Eva', 'Farid', 'Grace', 'Hana', 'Hugo', 'Ines',
  'Ivan', 'Jonas', 'Kai', 'Lea', 'Liam', 'Lucia', 'Malik', 'Maria', 'Mei', 'Mila', 'Nadia', 'Noah', 'Nora', 'Omar', 'Paula', 'Priya',
  'Rosa', 'Sami', 'Sofia', 'Tomas', 'Uma', 'Vera', 'Wei', 'Yara',
] as const;

const familyNames = [
  'Adeyemi', 'Almeida', 'Bauer', 'Bianchi', 'Castro', 'Chandra', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad', 'Ito', 'Jansen',
  'Kaur', 'Keller', 'Kim', 'Kowalski', 'Larsen', 'Lopez', 'Martin', 'Meyer', 'Moreau', 'Nakamura', 'Novak', 'Okafor', 'Olsen', 'Patel',
  'Petrov', 'Quinn', 'Rahman', 'Rossi', 'Santos', 'Schmidt', 'Silva', 'Singh', 'Tanaka', 'Vargas', 'Weber', 'Yilmaz', 'Zhang',
] as const;

/** A name such as "Cedar Logistics". */
export function companyName(random: Random): string {
  return `${random.pick(firstWords)} ${random.pick(secondWords)}`;
}

/** A name such as "Ines Novak". */
export function personName(random: Random): string {
  return `${random.pick(givenNames)} ${random.pick(familyNames)}`;
}

/** The part of an address or slug that a name gives: lower case, hyphens for spaces. */
export function slugged(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
