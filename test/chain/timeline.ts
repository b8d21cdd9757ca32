/** What happened when, for whoever has to find out why a run failed. */
export interface Entry {
  /** Milliseconds from the beginning of the run. */
  readonly at: number;
  readonly part: string;
  readonly what: string;
}

export class Timeline {
  readonly #begun = Date.now();
  readonly #entries: Entry[] = [];

  note(part: string, what: string): void {
    this.#entries.push({ at: this.now(), part, what });
  }

  /** Milliseconds from the beginning of the run. */
  now(): number {
    return Date.now() - this.#begun;
  }

  /** Of a time in milliseconds since 1970. */
  since(time: number): number {
    return time - this.#begun;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  render(): string {
    return this.#entries
      .map(({ at, part, what }) => `${(at / 1_000).toFixed(1).padStart(6)}  ${part}: ${what}`)
      .join("\n");
  }
}
