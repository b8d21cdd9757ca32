/** Rows drawn as they are scrolled to: a list of thousands costs what is seen of it. */

/** @import { Part } from "./dom.js" */
import { el, keyedList, setAttribute } from "./dom.js";

/** Pixels beyond the window that are drawn, so that neither wheel nor arrow keys reach an end of it. */
const margin = 900;

/** The window moves in steps of so many rows: not every pixel is worth a drawing. */
const step = 8;

/** Until a row was measured. */
const usualHeight = 61;

/**
 * @template T
 * @typedef {{ item: T, index: number } | { gap: number, index: number }} Entry
 */

/**
 * @template T
 * @param {HTMLElement} parent - A list.
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => Part<T>} create
 */
export function lazyList(parent, keyOf, create) {
  /** @type {readonly T[]} */
  let items = [];
  let height = usualHeight;
  let width = 0;
  /** @type {WeakMap<Element, string>} */
  const keys = new WeakMap();

  /** @returns {Part<Entry<T>>} */
  const gapPart = () => {
    const element = el("li", { class: "gap", role: "presentation", "aria-hidden": "true" });
    return {
      element,
      update: (entry) => {
        if ("gap" in entry) element.style.height = `${entry.gap * height}px`;
      },
    };
  };
  /** @type {(entry: Entry<T>) => Part<Entry<T>>} */
  const partFor = (first) => {
    if ("gap" in first) return gapPart();
    const part = create(first.item);
    keys.set(part.element, keyOf(first.item));
    return {
      element: part.element,
      update: (entry) => {
        if (!("item" in entry)) return;
        part.update(entry.item);
        setAttribute(part.element, "aria-posinset", String(entry.index + 1));
        setAttribute(part.element, "aria-setsize", String(items.length));
      },
    };
  };
  const render = keyedList(
    parent,
    (/** @type {Entry<T>} */ entry) =>
      "item" in entry ? `row ${keyOf(entry.item)}` : `gap ${entry.index}`,
    partFor,
  );

  /** The row that has the focus is drawn wherever it is: the focus must not get lost. */
  function focused() {
    const row = document.activeElement?.closest("li");
    const key = row === null || row === undefined ? undefined : keys.get(row);
    return key === undefined ? -1 : items.findIndex((item) => keyOf(item) === key);
  }

  function bounds() {
    const { top } = parent.getBoundingClientRect();
    const first = Math.floor((-top - margin) / height / step) * step;
    const last = Math.ceil((innerHeight - top + margin) / height / step) * step;
    const within = (/** @type {number} */ at) => Math.min(items.length, Math.max(0, at));
    return [within(first), within(last)];
  }

  function draw() {
    const [from = 0, to = 0] = bounds();
    const kept = focused();
    // With its neighbours, to which the keys lead.
    const near = kept < 0 ? [] : [kept - 1, kept, kept + 1];
    const before = near.filter((index) => index < from);
    const after = near.filter((index) => index >= to);
    const drawn = Array.from({ length: to - from }, (_, index) => from + index);
    /** @type {Entry<T>[]} */
    const entries = [];
    let next = 0;
    let gaps = 0;
    const upTo = (/** @type {number} */ index) => {
      if (index > next) entries.push({ gap: index - next, index: (gaps += 1) });
    };
    for (const index of [...before, ...drawn, ...after]) {
      const item = items[index];
      if (item === undefined) continue;
      upTo(index);
      entries.push({ item, index });
      next = index + 1;
    }
    upTo(items.length);
    render(entries);
    measure(to - from);
  }

  /** Once for each width: what rows measure moves nothing while somebody reads. @param {number} drawn */
  function measure(drawn) {
    if (drawn === 0 || width === innerWidth) return;
    const rows = [...parent.children].filter((row) => keys.has(row));
    const sum = rows.reduce((all, row) => all + row.getBoundingClientRect().height, 0);
    if (sum === 0) return;
    width = innerWidth;
    const measured = sum / rows.length;
    if (Math.abs(measured - height) < 1) return;
    height = measured;
    draw();
  }

  let waiting = 0;
  const later = () => {
    if (waiting !== 0 || items.length === 0) return;
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      if (parent.checkVisibility()) draw();
    });
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);

  return {
    /** @param {readonly T[]} next */
    show: (next) => {
      items = next;
      draw();
    },
    draw,
  };
}
