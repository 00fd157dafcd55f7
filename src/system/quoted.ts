/** A text from a file, made fit for a message: quoted, control characters escaped, at most 200 characters. */

export function quoted(text: string): string {
  const cut = text.length > 200 ? `${text.slice(0, 200)}...` : text;
  const escaped = (c: string) => `\\u00${c.charCodeAt(0).toString(16)}`;
  // JSON.stringify leaves DEL and the C1 controls, which some terminals obey.
  return JSON.stringify(cut).replace(/[\u007f-\u009f]/g, escaped);
}
