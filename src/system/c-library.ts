/** The C library of this process, under the name by which it can be opened; Windows has another one for each purpose. */
export const C_LIBRARY = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6';
