/** A WebAssembly file imported as a file: its path, within the executable where there is one. */
declare module '*.wasm' {
  const path: string;
  export default path;
}
