/** Markdown as chat services read it. */

/** Characters with a meaning in one of them: a backslash escapes them, also in addresses and mentions. */
const meaningful = /[\\`*_~|<>[\](){}#+\-.!:@]/g;

/** Text that is shown literally. */
export const escapeMarkdown = (text: string): string => text.replaceAll(meaningful, "\\$&");
