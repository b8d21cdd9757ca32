/** Markdown as chat services read it. */

/** What means something to one of them: a backslash before it takes that away, also from addresses and mentions. */
const meaningful = /[\\`*_~|<>[\](){}#+\-.!:@]/g;

/** Text that shows as it is. */
export const escapeMarkdown = (text: string): string => text.replaceAll(meaningful, "\\$&");
