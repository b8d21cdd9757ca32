/** Whether a text is one that every database keeps: without NUL, and without halves of characters. */
export const isKeepable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** A text without characters that no database keeps. */
export const keepable = (text: string): string => text.replaceAll("\0", "\ufffd").toWellFormed();
