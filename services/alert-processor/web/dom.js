/** Small tools for the document. Texts of alerts are hostile: they only ever become text nodes. */

/** @typedef {Record<string, string | boolean | undefined>} Attributes `true` is empty, `false` is left out. */

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/**
 * An element of index.html.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} ${id}`);
  return found;
}

/** @param {string} id */
export const element = (id) => byId(id, HTMLElement);

/** Characters that change the order in which others are shown: "txt.exe" as "exe.txt". */
const overrides = /[\u202d\u202e]/g;

/**
 * Writes a text only where it differs: what does not change is not announced, selected text stays.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  const shown = text.replaceAll(overrides, "");
  if (node.textContent !== shown) node.textContent = shown;
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string | boolean | undefined} value
 */
export function setAttribute(node, name, value) {
  if (value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== (value === true ? "" : value)) {
    node.setAttribute(name, value === true ? "" : value);
  }
}

/**
 * What shows one item and can show its next state.
 *
 * @template T
 * @typedef {{ readonly element: HTMLElement, update(item: T): void }} Part
 */

/**
 * Shows a list, one part for each item: a part stays what it is as long as its item is in the list, so
 * that focus, selection and scrolling stay where they are.
 *
 * @template T
 * @param {Element} parent
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => Part<T>} create
 * @returns {(items: readonly T[]) => void}
 */
export function keyedList(parent, keyOf, create) {
  /** @type {Map<string, Part<T>>} */
  let parts = new Map();
  return (items) => {
    const before = parts;
    parts = new Map();
    for (const item of items) {
      const key = keyOf(item);
      const part = before.get(key) ?? create(item);
      part.update(item);
      parts.set(key, part);
    }
    for (const [key, { element }] of before) if (!parts.has(key)) element.remove();
    let next = parent.firstElementChild;
    for (const { element } of parts.values()) {
      if (element === next) next = next.nextElementSibling;
      else parent.insertBefore(element, next);
    }
  };
}

/**
 * A link to somewhere else; undefined where it is not a web address, as `javascript:` is, or has a
 * login in it: `https://good.example@evil.example/` leads to where it does not look like.
 *
 * @param {string} address
 * @param {string} text
 */
export function outside(address, text) {
  const url = URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, text);
}
