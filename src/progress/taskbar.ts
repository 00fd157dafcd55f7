/**
 * Progress in the taskbar or on the tab of a terminal: OSC 9;4 of ConEmu, which Windows Terminal, WezTerm and Ghostty
 * understand. States: 0 none, 1 a percentage, 3 busy without one.
 */

const sequence = (state: 0 | 1 | 3, percent = 0) => `\u001b]9;4;${state};${percent}\u001b\\`;

export class Taskbar {
  #shown = '';

  /**
   * What to write when so much is done; nothing where that is shown already.
   * @param fraction 0 to 1; undefined where it is not known
   */
  show(fraction: number | undefined): string {
    return this.#change(fraction === undefined ? sequence(3) : sequence(1, Math.floor(100 * fraction)));
  }

  /** What to write to take it away. */
  clear(): string {
    return this.#shown === '' ? '' : this.#change('') || sequence(0);
  }

  #change(text: string): string {
    if (text === this.#shown) return '';
    this.#shown = text;
    return text;
  }
}
