import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What all alerts on model serving share. */
const serving = {
  service: "inference",
  team: "mlops",
  scope: "model",
  layer: "service",
  board: hostBoard,
} as const;

/** vLLM, scraped from its API server. */
export const vllm: Owner = {
  ...serving,
  target: { job: "vllm", instance: "gpu-1:8000", host: "gpu-1" },
};

/** Triton, scraped from its metrics port. */
export const triton: Owner = {
  ...serving,
  target: { job: "triton", instance: "gpu-1:8002", host: "gpu-1" },
};
