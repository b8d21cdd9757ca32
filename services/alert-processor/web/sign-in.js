/** Signing in with a form of our own. */
import { api, ApiError } from "./api.js";
import { byId, element, setText } from "./dom.js";

/** @param {unknown} error */
function reasonOf(error) {
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 401) return "Name or password is wrong.";
  if (status === 429) return "Too many wrong passwords. Wait a minute, then try again.";
  if (status === 0) return "The service cannot be reached. Try again.";
  return `Not signed in: ${error instanceof Error ? error.message : String(error)}.`;
}

/** @param {() => void} onSignedIn */
export function signInForm(onSignedIn) {
  const form = byId("sign-in", HTMLFormElement);
  const name = byId("name", HTMLInputElement);
  const password = byId("password", HTMLInputElement);
  const problem = element("sign-in-problem");
  let busy = false;

  async function submit() {
    if (busy) return;
    busy = true;
    setText(problem, "");
    try {
      await api.signIn(name.value, password.value);
      onSignedIn();
    } catch (error) {
      setText(problem, reasonOf(error));
      password.focus();
      password.select();
    } finally {
      busy = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  return {
    show: () => {
      form.hidden = false;
      (name.value === "" ? name : password).focus();
    },
    /** The password does not stay in the page. */
    hide: () => {
      form.hidden = true;
      password.value = "";
    },
  };
}
