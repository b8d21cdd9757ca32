import type { AlertGroup } from "../lib/alert.ts";
import { group as models } from "./models.ts";
import { group as triton } from "./triton.ts";
import { group as vllm } from "./vllm.ts";
import { group as vllmLoad } from "./vllm-load.ts";

/** Model serving: language models on vLLM, models on Triton, and models of your own. */
export const inference: readonly AlertGroup[] = [models, triton, vllm, vllmLoad];
