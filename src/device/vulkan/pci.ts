/**
 * Addresses on the PCI bus, `domain:bus:device.function` in hexadecimal digits. Vulkan, CUDA and the kernel write the
 * domain with four or eight digits, and letters in either case.
 */

const ADDRESS = /^([0-9a-f]+):([0-9a-f]+):([0-9a-f]+)\.([0-9a-f]+)$/i;

/** As it is shown and compared: lower case, at least four digits of the domain. A text of another form stays as it is. */
export function pciAddress(text: string): string {
  const [, ...parts] = ADDRESS.exec(text) ?? [];
  if (parts.length === 0) return text.toLowerCase();
  const [domain, bus, device, part] = parts.map((digits, i) =>
    Number.parseInt(digits, 16).toString(16).padStart([4, 2, 2, 1][i]!, '0'),
  );
  return `${domain}:${bus}:${device}.${part}`;
}

/** Never where one of the two is not known. */
export function samePci(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && pciAddress(one) === pciAddress(other);
}

/** Order on the bus; devices without an address come last, in the order they had. */
export function byPci(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
  const [a, b] = [one, other].map((text) => text.split(/[:.]/).map((digits) => Number.parseInt(digits, 16)));
  for (const [i, value] of a!.entries()) {
    if (value !== b![i]) return value - (b![i] ?? 0);
  }
  return 0;
}
