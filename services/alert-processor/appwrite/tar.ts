import { gzipSync } from "node:zlib";

const block = 512;

const octal = (value: number, length: number): string =>
  `${value.toString(8).padStart(length - 1, "0")}\0`;

/** The header of a plain file that all may read, without date or owner: same content, same bytes. */
function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a tar archive`);
  const sum = " ".repeat(8);
  const before = [name.padEnd(100, "\0"), octal(0o644, 8), octal(0, 8), octal(0, 8)];
  const fields = [...before, octal(size, 12), octal(0, 12)].join("");
  const after = `0${"\0".repeat(100)}ustar\x0000`;
  const made = Buffer.alloc(block);
  made.write(fields + sum + after);
  const total = made.reduce((all, byte) => all + byte, 0);
  made.write(`${total.toString(8).padStart(6, "0")}\0 `, 148);
  return made;
}

/** A tar.gz of files by their paths, the same bytes for the same files. */
export function tarGz(files: ReadonlyMap<string, string>): Buffer {
  const parts = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, text]) => {
      const content = Buffer.from(text);
      const padding = Buffer.alloc((block - (content.length % block)) % block);
      return [header(name, content.length), content, padding];
    });
  const archive = gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]), { level: 9 });
  // The operating system: unknown, so that the bytes do not depend on it.
  archive[9] = 255;
  return archive;
}
