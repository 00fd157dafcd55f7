/** Lines of a process's output as they come; the last one counts once its line feed is there. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const block of stream) {
    const parts = (rest + decoder.decode(block, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
