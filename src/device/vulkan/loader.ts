/**
 * Vulkan's loader (libvulkan.so.1, vulkan-1.dll) and the few functions of it that are needed to look at devices.
 * It stays open: Dawn finds it by its name then.
 */

import { linkSymbols } from 'bun:ffi';
import { openLibrary } from '../../system/native-library.ts';

/** What Vulkan or its loader refused: a sentence without a full stop. */
export class VulkanError extends Error {
  override readonly name = 'VulkanError';
}

export type Vulkan = ReturnType<typeof openVulkan>;

const LOADER = process.platform === 'win32' ? 'vulkan-1.dll' : 'libvulkan.so.1';

/**
 * Handles are passed as 64-bit numbers, structures as bytes.
 * @throws VulkanError where there is none
 */
export function openVulkan(name = LOADER) {
  const opened = openLibrary(name);
  if ('problem' in opened) {
    throw new VulkanError(
      opened.isAbsent
        ? `There is no Vulkan loader (${name}); it comes with the graphics driver or as libvulkan1, vulkan-loader`
        : `The Vulkan loader (${name}) cannot be opened: ${opened.problem}`,
    );
  }
  const at = (symbol: string) => {
    const address = opened.library.address(symbol);
    if (address === undefined) {
      throw new VulkanError(`The Vulkan loader is too old: it lacks ${symbol}; version 1.1 or newer is needed`);
    }
    return address;
  };
  return linkSymbols({
    vkCreateInstance: { ptr: at('vkCreateInstance'), args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
    vkDestroyInstance: { ptr: at('vkDestroyInstance'), args: ['u64', 'ptr'], returns: 'void' },
    vkEnumeratePhysicalDevices: {
      ptr: at('vkEnumeratePhysicalDevices'),
      args: ['u64', 'ptr', 'ptr'],
      returns: 'i32',
    },
    vkEnumerateDeviceExtensionProperties: {
      ptr: at('vkEnumerateDeviceExtensionProperties'),
      args: ['u64', 'ptr', 'ptr', 'ptr'],
      returns: 'i32',
    },
    vkGetPhysicalDeviceProperties2: {
      ptr: at('vkGetPhysicalDeviceProperties2'),
      args: ['u64', 'ptr'],
      returns: 'void',
    },
    vkGetPhysicalDeviceMemoryProperties2: {
      ptr: at('vkGetPhysicalDeviceMemoryProperties2'),
      args: ['u64', 'ptr'],
      returns: 'void',
    },
  }).symbols;
}

const RESULTS: ReadonlyMap<number, string> = new Map([
  [-1, 'the memory is used up'],
  [-2, "the card's memory is used up"],
  [-3, 'the driver could not be initialised'],
  [-4, 'the device was lost'],
  [-6, 'a layer is missing'],
  [-7, 'an extension is missing'],
]);

/** @param code a VkResult below 0 */
export function vulkanErrorText(code: number): string {
  return `${RESULTS.get(code) ?? 'an error'} (VkResult ${code})`;
}
