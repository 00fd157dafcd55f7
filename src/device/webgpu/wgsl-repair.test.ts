import { describe, expect, test } from 'bun:test';
import { repairWgsl } from './wgsl-repair.ts';

describe('repairWgsl', () => {
  test('a variable inside a function begins at zero', () => {
    expect(repairWgsl('fn main() { for (;;) { var sum : vec4<f32>; sum += x; } }')).toBe(
      'fn main() { for (;;) { var sum : vec4<f32> = vec4<f32>(); sum += x; } }',
    );
    expect(repairWgsl('fn f() {\n  var<function> a: array<f32, 4>;\n}')).toBe(
      'fn f() {\n  var a : array<f32, 4> = array<f32, 4>();\n}',
    );
    expect(repairWgsl('fn f() { var i: u32; var j: u32; }')).toBe(
      'fn f() { var i : u32 = u32(); var j : u32 = u32(); }',
    );
  });

  test('a variable with a value, of the module or of another address space stays', () => {
    for (const code of [
      'var<workgroup> tile: array<f32, 64>;\nfn f() { let x = 1; }',
      '@group(0) @binding(0) var<storage, read> a: array<f32>;',
      'fn f() { var x: f32 = 1; var y = 2.0; }',
      '@group(0) @binding(1) var texture: texture_2d<f32>;',
    ]) {
      expect(repairWgsl(code)).toBe(code);
    }
  });

  test('braces and declarations in comments do not count', () => {
    const code = '// { var x: f32;\n/* fn f() { */\n@group(0) @binding(1) var s: sampler;\n';
    expect(repairWgsl(code)).toBe(code);
    expect(repairWgsl('fn f() { // }\n  var x: f32;\n}')).toBe('fn f() { // }\n  var x : f32 = f32();\n}');
  });
});
