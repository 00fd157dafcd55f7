/** What a child of this program does for its parent: prints the Vulkan devices as JSON. See device/vulkan/ask.ts. */

import { sightText } from '../../device/vulkan/device.ts';
import { look, WAYS } from '../../device/vulkan/look.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import { UserError } from '../../system/errors.ts';
import { LIST_VULKAN } from '../../system/program.ts';

export function listVulkan(typed: string | undefined): void {
  const way = WAYS.find((known) => known === typed);
  if (way === undefined) {
    throw new UserError(
      `${LIST_VULKAN} is how the program asks itself, and takes ${WAYS.join(' or ')}`,
      'See "virnucpro devices".',
    );
  }
  // A driver may have printed part of a line.
  writeStandardOutput(new TextEncoder().encode(`\n${sightText(look(way))}\n`));
}
