/** Who looks at the page, and what the page may offer them. */

/**
 * @typedef {{
 *   name: string,
 *   mayAct: boolean,
 *   people: readonly string[],
 *   channels: readonly string[],
 *   alertmanager: boolean,
 *   maySignOut: boolean,
 *   byProxy: boolean,
 *   signOutUrl: string,
 * }} Me
 */

/** @type {Me} */
export const me = {
  name: "",
  mayAct: false,
  people: [],
  channels: [],
  alertmanager: false,
  maySignOut: true,
  byProxy: false,
  signOutUrl: "",
};
