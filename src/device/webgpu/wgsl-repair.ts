/**
 * A defect of Dawn's compiler from WGSL to SPIR-V, met on every Vulkan driver: a variable that is declared inside a loop
 * without a value keeps what it held in the turn before, where WGSL says that it begins at zero. ONNX Runtime's attention
 * kernel relies on the zero: errors of 1e-3 to 1e-1, without a word (dawn.node of `webgpu` 0.6.2).
 *
 * So every variable of a function that is declared without a value gets `= T()`, which is zero. Variables of the module
 * (buffers, workgroup memory) stand outside of all braces and stay as they are.
 */
export function repairWgsl(code: string): string {
  let depth = 0;
  return code.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}]|\bvar(?:<function>)?\s+(\w+)\s*:\s*([^;={}]+);/g,
    (found: string, name: string | undefined, type: string | undefined) => {
      if (found === '{') depth += 1;
      else if (found === '}') depth -= 1;
      else if (name !== undefined && type !== undefined && depth > 0) {
        return `var ${name} : ${type.trim()} = ${type.trim()}();`;
      }
      return found;
    },
  );
}
