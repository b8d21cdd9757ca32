/** Variables of the engine's by which its secrets can be read. */
const engineSecrets = /^PULUMI_(?:ACCESS_TOKEN|CONFIG|CONFIG_PASSPHRASE(?:_FILE)?)$/;

/** An environment without what opens the engine's secrets, for programs that are not the engine. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !engineSecrets.test(name)));
}
