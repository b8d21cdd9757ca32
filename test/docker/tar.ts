/** A file for an archive; owner and group are root. */
export interface TarFile {
  readonly path: string;
  readonly content: string;
  /** Octal text: `0440`. */
  readonly mode: string;
}

/** The files as a ustar archive, which is all the engine's copy needs. */
export function tar(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap((file) => {
    const body = Buffer.from(file.content);
    const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
    return [header(file, body.length), body, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function header({ path, mode }: TarFile, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(path.replace(/^\/+/, ""), 0, 100);
  block.write(mode.padStart(7, "0"), 100);
  block.write("0000000", 108);
  block.write("0000000", 116);
  block.write(size.toString(8).padStart(11, "0"), 124);
  block.write("00000000000", 136);
  block.write(" ".repeat(8), 148);
  block.write("0", 156);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
