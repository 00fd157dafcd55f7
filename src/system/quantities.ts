/** Numbers as a person reads them: 22,000,000; 1.5 GB; 3 h 05 min. */

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `1 record`, `2 records`: for nouns that take an s. */
export function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** At most five characters, for where many numbers stand side by side: 999, 1.2k, 12.3M, 123G. */
export function shortCountText(count: number): string {
  const units = ['', 'k', 'M', 'G', 'T'] as const;
  const { value, unit } = scaled(count, units.length);
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)}${units[unit]}`;
}

/** Decimal units, as file managers and disk vendors count. */
export function bytesText(bytes: number): string {
  const { value, unit } = scaled(bytes, BYTE_UNITS.length);
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** A part in the unit of the whole, as short as it gets: 12.3/141 GB. */
export function bytesOfText(part: number, whole: number): string {
  const { value, unit } = scaled(whole, BYTE_UNITS.length);
  const digits = (number: number, most: number) =>
    unit > 0 && number < most ? number.toFixed(1) : `${Math.round(number)}`;
  return `${digits(part / 1000 ** unit, 99.95)}/${digits(value, 9.95)} ${BYTE_UNITS[unit]}`;
}

export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Divided by 1000 until it has three digits, or the units end. */
function scaled(amount: number, units: number): { readonly value: number; readonly unit: number } {
  let value = amount;
  let unit = 0;
  while (value >= 999.5 && unit < units - 1) {
    value /= 1000;
    unit += 1;
  }
  return { value, unit };
}
