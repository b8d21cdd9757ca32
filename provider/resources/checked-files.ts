import { createHash } from "node:crypto";
import { changesOf } from "../difference.ts";
import { messageOf } from "../errors.ts";
import { prove } from "../process/checks.ts";
import { fileProblems } from "../process/validate.ts";
import type { Resource } from "../resource.ts";
import type { CheckedFilesInputs } from "../types.ts";
import { canonical, hasUnknown, reveal, secretTexts, unknownText } from "../values.ts";

/**
 * Files proven by their tools. Everything happens in `check`, which sees the files in the preview
 * as soon as they are known and in `up` always; the state keeps their hash alone.
 */
export const checkedFiles: Resource = {
  async check(_olds, news) {
    const { name, folder, files, checks } = reveal(news) as CheckedFilesInputs;
    if (hasUnknown(files) || hasUnknown(name)) {
      return { inputs: { name, hash: unknownText }, failures: [] };
    }
    const hash = createHash("sha256").update(canonical({ files, checks })).digest("hex");
    const inputs = { name, hash };
    const failures = fileProblems(files, checks);
    if (failures.length > 0) return { inputs, failures };
    try {
      await prove({ name, files, checks, folder, secrets: secretTexts(news) });
      return { inputs, failures: [] };
    } catch (error) {
      return { inputs, failures: [{ property: "files", reason: messageOf(error) }] };
    }
  },
  diff: (olds, news) => Promise.resolve({ changes: changesOf(olds, news, ["name", "hash"]) }),
  create: (inputs) => Promise.resolve({ id: String(reveal(inputs["name"])), outs: inputs }),
  update: (_id, _olds, news) => Promise.resolve(news),
  read: (id, state) => Promise.resolve({ id, props: state, inputs: state }),
  delete: () => Promise.resolve(),
};
